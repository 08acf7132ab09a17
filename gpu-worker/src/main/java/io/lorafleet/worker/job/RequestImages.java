// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.ImageToImage;
import io.lorafleet.diffusion.Mask;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.generation.AppliedControlNet;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.messages.generation.InitImageMask;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Loads the images of requests from the blob store: init images, their masks, and condition images. Verifies a file's
 * SHA-256 before decoding the file.
 */
final class RequestImages {
    private final BlobStore blobs;

    RequestImages(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * @return the init image and its mask, resized to the size of the request's images; null if the request has no init
     *     image
     * @throws UnusableImageException if a file is missing, corrupt, or not a supported image
     */
    @Nullable
    ImageToImage init(GenerateImage request) throws IOException {
        InitImage initImage = request.initImage();
        if (initImage == null) {
            return null;
        }
        InitImageMask mask = initImage.mask();
        return new ImageToImage(
                load(ImageUse.INIT_IMAGE, initImage.sha256(), request),
                initImage.strength(),
                mask == null ? null : Mask.of(load(ImageUse.MASK, mask.sha256(), request), mask.keepUnmasked()));
    }

    /**
     * @return the condition images in the order of the request's ControlNets, resized like an init image
     * @throws UnusableImageException if a file is missing, corrupt, or not a supported image
     */
    List<RgbImage> conditions(GenerateImage request) throws IOException {
        List<RgbImage> images = new ArrayList<>();
        for (AppliedControlNet control : request.appliedControls()) {
            images.add(load(ImageUse.condition(images.size()), control.image(), request));
        }
        return images;
    }

    private RgbImage load(ImageUse use, String sha256, GenerateImage request) throws IOException {
        return ImageFile.decode(use, fetch(use, sha256)).resized(request.width(), request.height());
    }

    private byte[] fetch(ImageUse use, String sha256) throws IOException {
        String key = BlobKeys.initImage(sha256);
        byte[] file = blobs.get(key)
                .orElseThrow(() -> new UnusableImageException(use, "expected blob " + key + ", found none"));
        String found = Sha256.of(file);
        if (!found.equals(sha256)) {
            throw new UnusableImageException(use, "expected SHA-256 " + sha256 + ", found " + found);
        }
        return file;
    }
}
