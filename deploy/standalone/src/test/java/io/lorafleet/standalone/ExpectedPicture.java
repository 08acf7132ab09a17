package io.lorafleet.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.messages.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * A picture as diffusers drew it, from {@code expected_pictures.safetensors}.
 *
 * @param pixels (3, height, width), -1 to 1
 */
record ExpectedPicture(FloatBuffer pixels) {
    private static final double MAX = 255;

    static ExpectedPicture read(Path model, long seed) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(model.resolve("expected_pictures.safetensors")))
                .order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[(int) file.getLong()];
        file.get(header);
        JsonNode offsets =
                Json.read(header, JsonNode.class).get("seed" + seed + ".image").get("data_offsets");
        int start = offsets.get(0).intValue();
        // slice() forgets the byte order.
        return new ExpectedPicture(
                file.slice(file.position() + start, offsets.get(1).intValue() - start)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer());
    }

    /** @return the peak signal-to-noise ratio of a PNG against this picture, in decibels */
    double psnr(byte[] png) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        int i = 0;
        double squares = 0;
        for (int shift = 16; shift >= 0; shift -= 8) { // red, green, blue
            for (int y = 0; y < image.getHeight(); y++) {
                for (int x = 0; x < image.getWidth(); x++) {
                    double expected = Math.max(0, Math.min(MAX, (pixels.get(i++) + 1) / 2 * MAX));
                    double difference = (image.getRGB(x, y) >> shift & 0xFF) - expected;
                    squares += difference * difference;
                }
            }
        }
        return 10 * Math.log10(MAX * MAX * i / squares);
    }
}
