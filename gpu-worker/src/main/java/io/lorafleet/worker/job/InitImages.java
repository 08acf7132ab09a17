// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.ImageToImage;
import io.lorafleet.diffusion.Mask;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.messages.generation.InitImageMask;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Loads init images and their masks from the blob store. Verifies a file's SHA-256 before decoding the file. */
final class InitImages {
    private final BlobStore blobs;

    InitImages(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * @return the init image and its mask, resized to the size of the request's images; null if the request has no init
     *     image
     * @throws UnusableInitImageException if the file is missing, corrupt, or not a supported image
     */
    @Nullable
    ImageToImage load(GenerateImage request) throws IOException {
        InitImage initImage = request.initImage();
        if (initImage == null) {
            return null;
        }
        InitImageMask mask = initImage.mask();
        return new ImageToImage(
                load("init image", initImage.sha256(), request),
                initImage.strength(),
                mask == null ? null : Mask.of(load("mask", mask.sha256(), request), mask.keepUnmasked()));
    }

    private RgbImage load(String name, String sha256, GenerateImage request) throws IOException {
        return ImageFile.decode(name, fetch(name, sha256)).resized(request.width(), request.height());
    }

    private byte[] fetch(String name, String sha256) throws IOException {
        String key = BlobKeys.initImage(sha256);
        byte[] file = blobs.get(key)
                .orElseThrow(() -> new UnusableInitImageException(name, "expected blob " + key + ", found none"));
        String found = Sha256.of(file);
        if (!found.equals(sha256)) {
            throw new UnusableInitImageException(name, "expected SHA-256 " + sha256 + ", found " + found);
        }
        return file;
    }
}
