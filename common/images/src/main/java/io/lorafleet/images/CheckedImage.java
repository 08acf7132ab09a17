// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.images;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A PNG or JPEG file that may be decoded: its kind, its size and the work that it asks for have been checked. Nothing is
 * decoded for that.
 */
public final class CheckedImage {
    private final byte[] file;
    private final Format format;
    private final Dimensions dimensions;

    /** The kinds of file that are taken, whatever else ImageIO could read. */
    private enum Format {
        PNG,
        JPEG
    }

    /** The size of an image in pixels. */
    record Dimensions(int width, int height) {
        /** @throws BadImageException if there are more than {@code maxPixels} of them */
        Dimensions atMost(long maxPixels) throws BadImageException {
            if ((long) width * height > maxPixels) {
                throw new BadImageException("an image of at most " + maxPixels + " pixels", width + " x " + height);
            }
            return this;
        }
    }

    private CheckedImage(byte[] file, Format format, Dimensions dimensions) {
        this.file = file;
        this.format = format;
        this.dimensions = dimensions;
    }

    /**
     * @param file kept, not copied
     * @param maxPixels width times height
     * @throws BadImageException if it is of another kind, damaged, too large, or too much work
     */
    public static CheckedImage of(byte[] file, long maxPixels) throws BadImageException {
        if (startsWith(file, PngChunks.SIGNATURE)) {
            return new CheckedImage(file, Format.PNG, PngChunks.check(file, maxPixels));
        }
        if (startsWith(file, JpegSegments.SIGNATURE)) {
            return new CheckedImage(file, Format.JPEG, JpegSegments.check(file, maxPixels));
        }
        throw new BadImageException("a PNG or JPEG file", "another kind");
    }

    /** @return the file, not a copy */
    public byte[] file() {
        return file;
    }

    /** @return pixels */
    public int width() {
        return dimensions.width();
    }

    /** @return pixels */
    public int height() {
        return dimensions.height();
    }

    /** @throws BadImageException if the file is damaged, or its colours are neither RGB nor gray */
    public BufferedImage decode() throws BadImageException {
        // Not ImageIO.createImageInputStream, which writes a temporary file.
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            ImageReader reader =
                    ImageIO.getImageReadersByFormatName(format.name()).next();
            try {
                reader.setInput(in, true, true); // texts and profiles of a PNG stay compressed: they may be bombs
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) { // the JDK's readers throw all kinds on damaged files
            throw damaged();
        }
    }

    static BadImageException damaged() {
        return new BadImageException("a whole PNG or JPEG image, in RGB or gray", "one that cannot be decoded");
    }

    private static boolean startsWith(byte[] file, byte[] signature) {
        return file.length >= signature.length
                && Arrays.equals(file, 0, signature.length, signature, 0, signature.length);
    }
}
