// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.images;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Image files written by ImageIO, and modifications of them. */
final class SampleFiles {
    private static final int MARKER_BYTES = 2;
    /** Length of a PNG's signature and IHDR chunk. */
    private static final int PNG_HEADER_BYTES = 33;

    private SampleFiles() {}

    /** @return one file of each kind, by a descriptive name */
    static Map<String, byte[]> ofEachKind() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        // Sorted, so that a seed gives the same file in every run.
        Map<String, Integer> types = new TreeMap<>(Map.of(
                "gray", BufferedImage.TYPE_BYTE_GRAY,
                "16 bit gray", BufferedImage.TYPE_USHORT_GRAY,
                "RGB", BufferedImage.TYPE_INT_RGB,
                "alpha", BufferedImage.TYPE_INT_ARGB,
                "palette", BufferedImage.TYPE_BYTE_INDEXED,
                "one bit", BufferedImage.TYPE_BYTE_BINARY));
        types.forEach((name, type) -> {
            files.put("PNG, " + name, png(noise(type, 37, 29), false));
            files.put("PNG, interlaced, " + name, png(noise(type, 37, 29), true));
        });
        for (String name : List.of("gray", "RGB")) {
            files.put("JPEG, " + name, jpeg(noise(types.get(name), 37, 29), false));
            files.put("JPEG, progressive, " + name, jpeg(noise(types.get(name), 37, 29), true));
        }
        return files;
    }

    static BufferedImage noise(int type, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, type);
        WritableRaster raster = image.getRaster();
        Random random = new Random(1);
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                for (int band = 0; band < raster.getNumBands(); band++) {
                    raster.setSample(
                            x,
                            y,
                            band,
                            random.nextInt(1 << image.getSampleModel().getSampleSize(band)));
                }
            }
        }
        return image;
    }

    static byte[] png(BufferedImage image, boolean interlaced) {
        return write("png", image, interlaced);
    }

    static byte[] jpeg(BufferedImage image, boolean progressive) {
        return write("jpeg", image, progressive);
    }

    private static byte[] write(String format, BufferedImage image, boolean progressive) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ImageWriteParam param = writer.getDefaultWriteParam();
        param.setProgressiveMode(progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return file.toByteArray();
    }

    /** @return the JPEG with the given number of additional copies of its last scan */
    static byte[] withMoreScans(byte[] jpeg, int more) {
        int end = jpeg.length - MARKER_BYTES;
        byte[] scan = Arrays.copyOfRange(jpeg, lastMarker(jpeg, 0xDA), end);
        return insert(jpeg, end, repeat(scan, more));
    }

    /** @return the JPEG with the given number of copies of the segment before the tables of its first scan */
    static byte[] withSegments(byte[] jpeg, int marker, byte[] content, int times) {
        byte[] segment = ByteBuffer.allocate(2 * MARKER_BYTES + content.length)
                .put((byte) 0xFF)
                .put((byte) marker)
                .putShort((short) (2 + content.length))
                .put(content)
                .array();
        return insert(jpeg, MARKER_BYTES, repeat(segment, times));
    }

    /** @return the progressive JPEG with another size in its header; its scans do not have enough data for this size */
    static byte[] withSize(byte[] jpeg, int width, int height) {
        byte[] resized = jpeg.clone();
        int size = lastMarker(jpeg, 0xC2) + MARKER_BYTES + Short.BYTES + 1; // after the length and the precision
        ByteBuffer.wrap(resized).position(size).putShort((short) height).putShort((short) width);
        return resized;
    }

    static int lastMarker(byte[] jpeg, int marker) {
        for (int i = jpeg.length - MARKER_BYTES; i > 0; i--) {
            if (jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) marker) {
                return i;
            }
        }
        throw new IllegalArgumentException("expected a marker " + marker);
    }

    /** @return the PNG with the given number of copies of the chunk after its header */
    static byte[] withChunks(byte[] png, String type, byte[] data, int times) {
        byte[] chunk = ByteBuffer.allocate(3 * Integer.BYTES + data.length)
                .putInt(data.length)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .put(data)
                .array(); // with a checksum of 0, which is not verified
        return insert(png, PNG_HEADER_BYTES, repeat(chunk, times));
    }

    /** @return a deflated text of the given size in bytes */
    static byte[] deflated(int bytes) {
        ByteArrayOutputStream small = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(small)) {
            byte[] some = new byte[1 << 16];
            Arrays.fill(some, (byte) 'a');
            for (int i = 0; i < bytes; i += some.length) {
                out.write(some);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return small.toByteArray();
    }

    private static byte[] repeat(byte[] bytes, int times) {
        ByteBuffer all = ByteBuffer.allocate(bytes.length * times);
        for (int i = 0; i < times; i++) {
            all.put(bytes);
        }
        return all.array();
    }

    static byte[] insert(byte[] file, int at, byte[] more) {
        return ByteBuffer.allocate(file.length + more.length)
                .put(file, 0, at)
                .put(more)
                .put(file, at, file.length - at)
                .array();
    }

    /** @return the file with one to four modifications: a byte or a range is changed, removed, repeated or moved */
    static byte[] mutated(byte[] file, Random random) {
        byte[] mutant = file.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(mutant.length);
            int length = Math.min(1 + random.nextInt(random.nextBoolean() ? 4 : 200), mutant.length - at);
            byte[] piece = Arrays.copyOfRange(mutant, at, at + length);
            switch (random.nextInt(6)) {
                case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> mutant[at] = (byte) random.nextInt(256);
                case 2 ->
                    mutant = insert(mutant, random.nextInt(mutant.length), repeat(piece, 1 + random.nextInt(300)));
                case 3 -> mutant = Arrays.copyOf(mutant, Math.max(1, at));
                case 4 -> mutant[at] = (byte) 0xFF; // the start of a marker
                default -> mutant = cut(mutant, at, length);
            }
        }
        return mutant;
    }

    private static byte[] cut(byte[] file, int at, int length) {
        int rest = file.length - at - length;
        return ByteBuffer.allocate(Math.max(1, at + rest))
                .put(file, 0, at)
                .put(file, at + length, rest)
                .array();
    }
}
