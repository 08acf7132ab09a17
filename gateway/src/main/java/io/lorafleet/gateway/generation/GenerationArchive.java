// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.RequestIds;
import io.lorafleet.messages.SealedJson;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.storage.BlobStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The manifests of finished generations, in the blob store. */
final class GenerationArchive {
    private static final Logger LOG = Logger.getLogger(GenerationArchive.class);

    private final BlobStore blobs;

    GenerationArchive(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * @throws DamagedManifestException if the manifest is damaged
     * @throws UncheckedIOException if the blob store cannot be read
     */
    Optional<GenerationManifest> find(String id) {
        if (!RequestIds.valid(id)) {
            return Optional.empty();
        }
        String key = BlobKeys.manifest(id);
        try {
            return blobs.get(key).map(json -> SealedJson.read(json, GenerationManifest.class));
        } catch (InvalidMessageException e) {
            LOG.errorf("%s: %s", key, e.getMessage());
            throw new DamagedManifestException(key + ": " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
