// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.images.BadImageException;
import io.lorafleet.images.CheckedImage;
import io.lorafleet.messages.generation.GenerateImage;

/** Decodes PNG and JPEG files. Drops transparency and ignores EXIF, like Pillow's {@code convert("RGB")}. */
final class ImageFile {
    private static final long MAX_PIXELS = (long) GenerateImage.MAX_SIZE * GenerateImage.MAX_SIZE;

    private ImageFile() {}

    /**
     * @param use what the file is for
     * @throws UnusableImageException if the file is not a PNG or JPEG image, or exceeds the limits of {@link
     *     CheckedImage}
     */
    static RgbImage decode(ImageUse use, byte[] file) {
        try {
            return RgbImage.of(CheckedImage.of(file, MAX_PIXELS).decode());
        } catch (BadImageException e) {
            throw new UnusableImageException(use, String.valueOf(e.getMessage()));
        }
    }
}
