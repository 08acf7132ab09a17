// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.messages.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * An image that diffusers generated, from a file of the demo model.
 *
 * @param pixels (3, height, width), -1 to 1
 */
record ExpectedImage(FloatBuffer pixels) {
    private static final double MAX = 255;

    static ExpectedImage read(Path model, String name, String tensor) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(model.resolve(name + ".safetensors")))
                .order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[(int) file.getLong()];
        file.get(header);
        JsonNode offsets = Json.read(header, JsonNode.class).get(tensor).get("data_offsets");
        int start = offsets.get(0).intValue();
        // slice() resets the byte order.
        return new ExpectedImage(
                file.slice(file.position() + start, offsets.get(1).intValue() - start)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer());
    }

    /** @return the square image as a PNG file */
    byte[] png() throws IOException {
        int side = (int) Math.sqrt(pixels.capacity() / 3.0);
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < side * side; i++) {
            int rgb = 0;
            for (int channel = 0; channel < 3; channel++) {
                rgb = rgb << 8 | (int) Math.rint(level(channel * side * side + i));
            }
            image.setRGB(i % side, i / side, rgb);
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(image, "png", file);
        return file.toByteArray();
    }

    /** @return the value scaled to 0 to 255, not rounded */
    private double level(int i) {
        return Math.max(0, Math.min(MAX, (pixels.get(i) + 1) / 2 * MAX));
    }

    /** @return the peak signal-to-noise ratio of a PNG against this image, in decibels */
    double psnr(byte[] png) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        int i = 0;
        double squares = 0;
        for (int shift = 16; shift >= 0; shift -= 8) { // red, green, blue
            for (int y = 0; y < image.getHeight(); y++) {
                for (int x = 0; x < image.getWidth(); x++) {
                    double difference = (image.getRGB(x, y) >> shift & 0xFF) - level(i++);
                    squares += difference * difference;
                }
            }
        }
        return 10 * Math.log10(MAX * MAX * i / squares);
    }
}
