// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.images.BadImageException;
import io.lorafleet.images.CheckedImage;
import io.lorafleet.messages.generation.GenerateImage;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;

/** Decodes PNG and JPEG files. It drops transparency and ignores EXIF, as Pillow's {@code convert("RGB")} does. */
final class ImageFile {
    private static final long MAX_PIXELS = (long) GenerateImage.MAX_SIZE * GenerateImage.MAX_SIZE;

    private ImageFile() {}

    /**
     * @throws UnusableInitImageException if the file is not a PNG or JPEG image, or exceeds the limits of {@link
     *     CheckedImage}
     */
    static RgbImage decode(byte[] file) {
        try {
            return image(CheckedImage.of(file, MAX_PIXELS).decode());
        } catch (BadImageException e) {
            throw new UnusableInitImageException(String.valueOf(e.getMessage()));
        }
    }

    private static RgbImage image(BufferedImage buffered) {
        int width = buffered.getWidth();
        int height = buffered.getHeight();
        boolean gray = buffered.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            int x = i % width;
            int y = i / width;
            int pixel = gray ? gray(buffered, x, y) : buffered.getRGB(x, y);
            rgb[3 * i] = (byte) (pixel >> 16);
            rgb[3 * i + 1] = (byte) (pixel >> 8);
            rgb[3 * i + 2] = (byte) pixel;
        }
        return new RgbImage(width, height, rgb);
    }

    /** Reads the stored gray value. {@code getRGB()} would treat it as linear light and brighten it. */
    private static int gray(BufferedImage buffered, int x, int y) {
        int bits = buffered.getColorModel().getComponentSize(0);
        int value = buffered.getRaster().getSample(x, y, 0) * 255 / ((1 << bits) - 1);
        return value << 16 | value << 8 | value;
    }
}
