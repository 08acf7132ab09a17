package io.lorafleet.gateway;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import javax.imageio.ImageIO;

/** Image files to send along. */
public final class Images {
    /** Where a PNG says how wide it is: after its signature, and the length and name of its first chunk. */
    private static final int PNG_WIDTH = 16;

    private Images() {}

    /** @param format as ImageIO knows it, such as png */
    public static byte[] file(String format, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, format, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    /** @return a small PNG file that says it is a large picture */
    public static byte[] bomb(int width, int height) {
        byte[] png = file("png", 8, 8);
        ByteBuffer.wrap(png).putInt(PNG_WIDTH, width).putInt(PNG_WIDTH + Integer.BYTES, height);
        return png;
    }

    public static String base64(byte[] file) {
        return Base64.getEncoder().encodeToString(file);
    }
}
