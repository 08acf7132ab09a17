// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.images;

import io.lorafleet.images.CheckedImage.Dimensions;
import java.nio.ByteBuffer;

/**
 * Checks the chunks of a PNG file. A chunk consists of a length (4 bytes), a type (4 bytes), data and a checksum (4
 * bytes). Checksums are ignored, as in the JDK, and no data is inflated.
 *
 * @see <a href="https://www.w3.org/TR/png-3/">PNG, sections 5 and 11</a>
 */
final class PngChunks {
    static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

    private static final int IHDR = 0x49484452;
    private static final int IDAT = 0x49444154;
    private static final int IEND = 0x49454E44;
    private static final int HEADER_BYTES = 13;
    /** Total size of the length, type and checksum of a chunk. */
    private static final int FRAME_BYTES = 12;
    /**
     * Limit on the number of chunks other than data chunks. Editors write about ten; scanners with long profiles and
     * text write a few dozen.
     */
    private static final int MAX_OTHER_CHUNKS = 1000;
    /** Limit on the number of data chunks. libpng writes 8 KiB per chunk; other encoders' smallest chunks are 4 KiB. */
    private static final int MAX_DATA_CHUNKS = 100_000;
    /**
     * Limit on compressed bytes per raw byte. Deflate adds at most 5 bytes per stored block, and zlib adds an eighth in
     * the worst case (compressBound, deflateBound), so no image needs twice its raw size.
     */
    private static final int MAX_GROWTH = 2;
    /** Allowance for tiny images, which consist mostly of chunk and block headers. */
    private static final int DATA_BYTES_OF_ANY = 4096;
    /**
     * Allowance per row. An interlaced image stores up to four rows for each image row; each has a filter byte and is
     * padded to a whole byte.
     */
    private static final int MORE_BYTES_A_ROW = 8;

    private PngChunks() {}

    /**
     * @return the image size
     * @throws BadImageException if the file is corrupt or too large, or has far more data than its pixels need
     */
    static Dimensions check(byte[] file, long maxPixels) throws BadImageException {
        ByteBuffer in = ByteBuffer.wrap(file).position(SIGNATURE.length);
        if (in.remaining() < FRAME_BYTES + HEADER_BYTES || in.getInt() != HEADER_BYTES || in.getInt() != IHDR) {
            throw CheckedImage.damaged();
        }
        Dimensions size = new Dimensions(in.getInt(), in.getInt());
        if (size.width() < 1 || size.height() < 1) {
            throw CheckedImage.damaged();
        }
        size.atMost(maxPixels);
        long mostData = MAX_GROWTH * rawBytes(size, in.get(), in.get()) + DATA_BYTES_OF_ANY;
        in.position(SIGNATURE.length + FRAME_BYTES + HEADER_BYTES);
        checkChunks(in, mostData);
        return size;
    }

    private static void checkChunks(ByteBuffer in, long mostData) throws BadImageException {
        int dataChunks = 0;
        int otherChunks = 0;
        long data = 0;
        while (in.remaining() >= FRAME_BYTES) {
            int length = in.getInt();
            int type = in.getInt();
            if (type == IEND) {
                return; // the reader stops here
            }
            if (length < 0 || length > in.remaining() - Integer.BYTES) {
                throw CheckedImage.damaged();
            }
            if (type == IDAT) {
                data += length;
                atMost("data chunks in a PNG", MAX_DATA_CHUNKS, ++dataChunks);
                atMost("bytes of data in a PNG of this size", mostData, data);
            } else {
                atMost("chunks in a PNG apart from its data", MAX_OTHER_CHUNKS, ++otherChunks);
            }
            in.position(in.position() + length + Integer.BYTES);
        }
    }

    /** @return the maximum total size of the uncompressed rows, in bytes */
    private static long rawBytes(Dimensions size, byte depth, byte colorType) throws BadImageException {
        int channels = switch (colorType) {
            case 0, 3 -> 1;
            case 4 -> 2;
            case 2 -> 3;
            case 6 -> 4;
            default -> throw CheckedImage.damaged();
        };
        if (Integer.bitCount(depth) != 1 || depth < 1 || depth > 16) {
            throw CheckedImage.damaged();
        }
        long row = ((long) size.width() * channels * depth + 7) / 8;
        return size.height() * (row + MORE_BYTES_A_ROW);
    }

    private static void atMost(String what, long most, long found) throws BadImageException {
        if (found > most) {
            throw new BadImageException("at most " + most + " " + what, "more");
        }
    }
}
