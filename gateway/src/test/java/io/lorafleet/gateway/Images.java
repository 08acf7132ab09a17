// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Sample image files. */
public final class Images {
    /** Offset of the width in a PNG file: after the signature, and the length and name of the first chunk. */
    private static final int PNG_WIDTH = 16;

    private Images() {}

    /**
     * @param format ImageIO's name of the format, such as png
     * @return an image file in which red increases to the right
     */
    public static byte[] file(String format, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                image.setRGB(x, y, new Color(255 * x / width, (x ^ y) % 2 * 40, 255 * y / height).getRGB());
            }
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, format, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    /** @return a PNG file of a mask that is white from this column and row onward, and black elsewhere */
    public static byte[] mask(int width, int height, int left, int top) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int x = left; x < width; x++) {
            for (int y = top; y < height; y++) {
                image.getRaster().setSample(x, y, 0, 255);
            }
        }
        return png(image);
    }

    private static byte[] png(BufferedImage image) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    /** @return a PNG file that is fully transparent from this column, and gray elsewhere */
    public static byte[] transparent(int width, int height, int left) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                image.setRGB(x, y, x < left ? 0xFF808080 : 0x00FFFFFF);
            }
        }
        return png(image);
    }

    /** @return a small PNG file whose header declares a large image */
    public static byte[] bomb(int width, int height) {
        byte[] png = file("png", 8, 8);
        ByteBuffer.wrap(png).putInt(PNG_WIDTH, width).putInt(PNG_WIDTH + Integer.BYTES, height);
        return png;
    }

    /** @return a JPEG file of a few kilobytes with this number of additional scans */
    public static byte[] scanBomb(int width, int height, int scans) {
        BufferedImage gray = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam param = writer.getDefaultWriteParam();
        param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bomb)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(gray, null, null), param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        byte[] jpeg = bomb.toByteArray();
        int end = jpeg.length - 2;
        int scan = end;
        while (jpeg[scan] != (byte) 0xFF || jpeg[scan + 1] != (byte) 0xDA) {
            scan--;
        }
        bomb.reset();
        bomb.write(jpeg, 0, end);
        for (int i = 0; i < scans; i++) {
            bomb.write(jpeg, scan, end - scan);
        }
        bomb.write(jpeg, end, 2);
        return bomb.toByteArray();
    }

    /** @return the image in the PNG, JPEG or WebP file */
    public static BufferedImage read(byte[] file) {
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
            return image == null ? readWebp(file) : image;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BufferedImage readWebp(byte[] file) throws IOException {
        ImageReader reader = new WebPImageReaderSpi().createReaderInstance(null);
        reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(file)));
        return reader.read(0);
    }

    public static String base64(byte[] file) {
        return Base64.getEncoder().encodeToString(file);
    }
}
