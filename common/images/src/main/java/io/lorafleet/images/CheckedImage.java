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
 * A PNG or JPEG file that is safe to decode, because its format, its size and the cost of decoding it have been
 * checked.
 */
public final class CheckedImage {
    private final byte[] file;
    private final Format format;
    private final Dimensions dimensions;

    /** The accepted formats. Other formats are rejected, even if ImageIO supports them. */
    private enum Format {
        PNG,
        JPEG
    }

    /** The size of an image in pixels. */
    record Dimensions(int width, int height) {
        /** @return this size @throws BadImageException if the image has more than {@code maxPixels} pixels */
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
     * Checks a file.
     *
     * @param file file content, which is not copied
     * @param maxPixels maximum width times height
     * @throws BadImageException if the file is neither PNG nor JPEG, is corrupt, is too large, or is too expensive to
     *     decode
     */
    public static CheckedImage of(byte[] file, long maxPixels) throws BadImageException {
        if (startsWith(file, PngChunks.SIGNATURE)) {
            return new CheckedImage(file, Format.PNG, PngChunks.check(file, maxPixels));
        }
        if (startsWith(file, JpegSegments.SIGNATURE)) {
            return new CheckedImage(file, Format.JPEG, JpegSegments.check(file, maxPixels));
        }
        throw new BadImageException("a PNG or JPEG file", "another format");
    }

    /** @return the file content itself, not a copy */
    public byte[] file() {
        return file;
    }

    /** @return the width in pixels */
    public int width() {
        return dimensions.width();
    }

    /** @return the height in pixels */
    public int height() {
        return dimensions.height();
    }

    /**
     * @return the decoded image
     * @throws BadImageException if the file is corrupt, or its colors are neither RGB nor gray
     */
    public BufferedImage decode() throws BadImageException {
        // ImageIO.createImageInputStream would write a temporary file.
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            ImageReader reader =
                    ImageIO.getImageReadersByFormatName(format.name()).next();
            try {
                reader.setInput(
                        in, true, true); // do not inflate a PNG's texts and profiles, which may be decompression bombs
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) { // the JDK's readers throw various exceptions for corrupt files
            throw damaged();
        }
    }

    static BadImageException damaged() {
        return new BadImageException("a complete PNG or JPEG image in RGB or grayscale", "one that cannot be decoded");
    }

    private static boolean startsWith(byte[] file, byte[] signature) {
        return file.length >= signature.length
                && Arrays.equals(file, 0, signature.length, signature, 0, signature.length);
    }
}
