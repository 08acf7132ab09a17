// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.RgbImage;
import java.awt.image.BufferedImage;

/** Converts an image for the JDK's image writers. */
final class ImageBuffer {
    private ImageBuffer() {}

    static BufferedImage of(RgbImage image) {
        BufferedImage buffered = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = image.rgb();
        for (int i = 0; i < image.width() * image.height(); i++) {
            int pixel = (rgb[3 * i] & 0xFF) << 16 | (rgb[3 * i + 1] & 0xFF) << 8 | (rgb[3 * i + 2] & 0xFF);
            buffered.setRGB(i % image.width(), i / image.width(), pixel);
        }
        return buffered;
    }
}
