// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.images;

import io.lorafleet.images.CheckedImage.Dimensions;
import java.nio.ByteBuffer;

/**
 * The chunks of a PNG file: four bytes of length, four of type, the data, four of checksum. Checksums are not looked at,
 * as the JDK does not either, and nothing is inflated.
 *
 * @see <a href="https://www.w3.org/TR/png-3/">PNG, sections 5 and 11</a>
 */
final class PngChunks {
    static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

    private static final int IHDR = 0x49484452;
    private static final int IDAT = 0x49444154;
    private static final int IEND = 0x49454E44;
    private static final int HEADER_BYTES = 13;
    /** Of a chunk: its length, type and checksum. */
    private static final int FRAME_BYTES = 12;
    /** Editors write some ten, scanners with long profiles and texts some dozens. */
    private static final int MAX_OTHER_CHUNKS = 1000;
    /** libpng writes 8 KiB in each, the most thrifty encoders 4 KiB. */
    private static final int MAX_DATA_CHUNKS = 100_000;
    /**
     * Compressed bytes for each raw one. Deflate never needs more than 5 bytes for each stored block; zlib's worst bound
     * is an eighth and some more (compressBound, deflateBound), so twice as much has another purpose.
     */
    private static final int MAX_GROWTH = 2;
    /** For images that are so small that frames and block headers are most of the data. */
    private static final int DATA_BYTES_OF_ANY = 4096;
    /** An interlaced image has up to four rows for each of its own: each has a filter byte, and is rounded up. */
    private static final int MORE_BYTES_A_ROW = 8;

    private PngChunks() {}

    /** @throws BadImageException if it is damaged, too large, or holds far more than its pixels need */
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
                return; // the reader does not look any further
            }
            if (length < 0 || length > in.remaining() - Integer.BYTES) {
                throw CheckedImage.damaged();
            }
            if (type == IDAT) {
                data += length;
                atMost("data chunks in a PNG", MAX_DATA_CHUNKS, ++dataChunks);
                atMost("bytes of data in a PNG of this size", mostData, data);
            } else {
                atMost("chunks in a PNG beside its data", MAX_OTHER_CHUNKS, ++otherChunks);
            }
            in.position(in.position() + length + Integer.BYTES);
        }
    }

    /** @return the maximum size of all rows before compression, in bytes */
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
