// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import com.luciad.imageio.webp.WebPImageWriterSpi;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** The file formats in which images are served. Images are stored as PNG. */
public enum ImageFormat {
    PNG,
    JPEG,
    WEBP;

    public static final int LEAST_COMPRESSED = 100;

    public String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }

    String mediaType() {
        return "image/" + lowerCase();
    }

    /**
     * @param png a stored image
     * @param quality quality from 0 to 100, for lossy formats
     * @return the image in this format; for PNG, the stored file itself, including its text chunks
     */
    public byte[] convert(byte[] png, int quality) {
        return this == PNG ? png : encode(read(png), quality);
    }

    /**
     * @param file a preview
     * @return the preview, enlarged to the given size, in this format
     */
    public byte[] enlarge(byte[] file, int width, int height, int quality) {
        BufferedImage large = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D brush = large.createGraphics();
        brush.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        brush.drawImage(read(file), 0, 0, width, height, null);
        brush.dispose();
        return encode(large, quality);
    }

    private static BufferedImage read(byte[] file) {
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
            if (image == null) {
                throw new IOException("expected an image, found another kind of file");
            }
            return image;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] encode(BufferedImage image, int quality) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
            ImageWriter writer = writer();
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            if (this != PNG) {
                parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                parameters.setCompressionType(this == JPEG ? "JPEG" : "Lossy");
                parameters.setCompressionQuality(quality / 100f);
            }
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), parameters);
            writer.dispose();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot encode an image in memory", e);
        }
        return file.toByteArray();
    }

    private ImageWriter writer() throws IOException {
        return this == WEBP
                // Created explicitly, because ImageIO finds plug-ins only on the initial class path.
                ? new WebPImageWriterSpi().createWriterInstance()
                : ImageIO.getImageWritersByFormatName(lowerCase()).next();
    }
}
