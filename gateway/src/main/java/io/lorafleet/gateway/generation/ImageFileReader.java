package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.GatewayConfig.Limits;
import io.lorafleet.messages.GenerateImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads image files that come as base64. Its header says how large a picture is, and one that is too large is never
 * decoded: a few kilobytes can hold a picture that fills the memory.
 */
final class ImageFileReader {
    private static final Set<String> FORMATS = Set.of("png", "jpeg");
    private static final String DATA_URL = "data:";

    private final Limits limits;

    ImageFileReader(Limits limits) {
        this.limits = limits;
    }

    /** Why a text is no image that can be used, without quoting it. */
    static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String expected;
        private final String found;

        private UnreadableException(String expected, String found) {
            super("expected " + expected + ", found " + found);
            this.expected = expected;
            this.found = found;
        }

        String expected() {
            return expected;
        }

        String found() {
            return found;
        }
    }

    /** A file that was decoded without a fault, and the size of its picture in pixels. */
    record ImageFile(byte[] content, int width, int height) {}

    /** @param text base64, or a data: URL of it */
    ImageFile read(String text) throws UnreadableException {
        byte[] content = decode(text.startsWith(DATA_URL) ? text.substring(text.indexOf(',') + 1) : text);
        if (content.length > limits.maxInitImageBytes()) {
            throw new UnreadableException(
                    "a file of at most " + limits.maxInitImageBytes() + " bytes", content.length + " bytes");
        }
        // Not ImageIO.createImageInputStream, which writes a temporary file.
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
            ImageReader reader = readerOf(in);
            try {
                reader.setInput(in, true, true);
                return read(reader, content);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) { // the JDK's readers throw all kinds on damaged files
            throw new UnreadableException("a whole PNG or JPEG picture, in RGB or gray", "one that cannot be decoded");
        }
    }

    private static byte[] decode(String base64) throws UnreadableException {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new UnreadableException(
                    "a PNG or JPEG file in base64, or as a data: URL with base64",
                    base64.length() + " characters of something else");
        }
    }

    private static ImageReader readerOf(ImageInputStream in) throws IOException, UnreadableException {
        for (Iterator<ImageReader> readers = ImageIO.getImageReaders(in); readers.hasNext(); ) {
            ImageReader reader = readers.next();
            if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
                return reader;
            }
        }
        throw new UnreadableException("a PNG or JPEG file", "another kind");
    }

    private ImageFile read(ImageReader reader, byte[] content) throws IOException, UnreadableException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if (Math.min(width, height) < GenerateImage.MIN_SIZE || (long) width * height > limits.maxInitImagePixels()) {
            throw new UnreadableException(
                    "a picture with sides of at least " + GenerateImage.MIN_SIZE + " and together at most "
                            + limits.maxInitImagePixels() + " pixels",
                    width + " x " + height);
        }
        reader.read(0); // a broken file must not get as far as a worker
        return new ImageFile(content, width, height);
    }
}
