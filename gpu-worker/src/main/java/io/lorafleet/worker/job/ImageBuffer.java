// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.Picture;
import java.awt.image.BufferedImage;

/** A picture as the JDK's image writers take it. */
final class ImageBuffer {
    private ImageBuffer() {}

    static BufferedImage of(Picture picture) {
        BufferedImage image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = picture.rgb();
        for (int i = 0; i < picture.width() * picture.height(); i++) {
            int pixel = (rgb[3 * i] & 0xFF) << 16 | (rgb[3 * i + 1] & 0xFF) << 8 | (rgb[3 * i + 2] & 0xFF);
            image.setRGB(i % picture.width(), i / picture.width(), pixel);
        }
        return image;
    }
}
