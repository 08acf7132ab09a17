// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.messages.generation.GenerationSucceeded.GeneratedImage;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Reads generated images from the blob store, and verifies them. */
@Singleton
public final class StoredImages {
    private static final Logger LOG = Logger.getLogger(StoredImages.class);

    private final BlobStore blobs;

    StoredImages(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * @return the image as PNG; empty if it was deleted
     * @throws ProblemException if the stored image is damaged; it must not be served, because clients and caches may
     *     keep an image for a year
     */
    public Optional<byte[]> png(GeneratedImage image) throws IOException {
        Optional<byte[]> png = blobs.get(image.blob());
        if (png.isPresent() && !Sha256.of(png.get()).equals(image.sha256())) {
            String detail = image.blob() + ": expected SHA-256 " + image.sha256() + ", found " + Sha256.of(png.get());
            LOG.error(detail);
            throw new ProblemException(ProblemType.DAMAGED_IMAGE, detail);
        }
        return png;
    }
}
