// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file. The file consists of the header length (8 bytes, little-endian), the header in
 * JSON, and the tensors.
 *
 * <p>The header is untrusted input. The element types must be known, and the tensors must be contiguous, starting at
 * the first byte after the header. Sizes are computed with overflow checks.
 *
 * @param dataStart offset of the first byte after the header
 * @param dataBytes total size of all tensors, in bytes
 * @param tensors tensors by name, in header order
 * @param metadata metadata strings
 * @see <a href="https://huggingface.co/docs/safetensors">safetensors</a>
 */
public record SafetensorsHeader(
        int dataStart, long dataBytes, Map<String, Tensor> tensors, Map<String, String> metadata) {
    /** Header limit in the reference implementation, in bytes. */
    public static final long MAX_HEADER_BYTES = 100_000_000;
    /**
     * Header limit for adapter files, in bytes. The largest SDXL adapter's header is about 600 KB, and training
     * metadata may add several times as much.
     */
    public static final long MAX_ADAPTER_HEADER_BYTES = 8 << 20;

    private static final int LENGTH_BYTES = 8;
    /** The first byte of a pickle, before the version of its format. */
    private static final byte PICKLE_PROTOCOL = (byte) 0x80;

    private static final int PICKLE_VERSIONS = 5;
    private static final int SHORTEST_BYTES = "{}".length();

    /**
     * One tensor.
     *
     * @param type element type
     * @param shape dimensions
     * @param offset offset of the first byte, relative to the end of the header
     * @param bytes size in bytes
     */
    public record Tensor(TensorType type, long[] shape, long offset, long bytes) {

        /** @param data bytes after the header @return whether all values are finite as float32 */
        public boolean isFinite(byte[] data) {
            ByteBuffer own = ByteBuffer.wrap(data, Math.toIntExact(offset), Math.toIntExact(bytes))
                    .order(ByteOrder.LITTLE_ENDIAN);
            while (own.hasRemaining()) {
                if (!type.nextIsFinite(own)) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * Reads a header and nothing after it. If the length is rejected, only the length is read.
     *
     * @param file stream positioned at the first byte of the file; not closed
     * @param maxHeaderBytes maximum size of the header, in bytes
     * @throws BadSafetensorsException if the header is not valid
     */
    public static SafetensorsHeader read(InputStream file, long maxHeaderBytes)
            throws IOException, BadSafetensorsException {
        byte[] length = file.readNBytes(LENGTH_BYTES);
        if (length.length < LENGTH_BYTES) {
            throw new BadSafetensorsException("expected a safetensors file, found " + length.length + " bytes");
        }
        long headerBytes =
                ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (headerBytes < SHORTEST_BYTES || headerBytes > maxHeaderBytes) {
            refusePickle(length);
            throw new BadSafetensorsException(
                    "header length: expected " + SHORTEST_BYTES + " to " + maxHeaderBytes + " bytes, found "
                            + Long.toUnsignedString(headerBytes) + " (truncated, or not a safetensors file?)");
        }
        HeaderReader.Contents contents = HeaderReader.read(file, (int) headerBytes);
        return new SafetensorsHeader(
                LENGTH_BYTES + (int) headerBytes,
                contiguousBytes(contents.tensors()),
                contents.tensors(),
                contents.metadata());
    }

    /**
     * Says what the file is if its length is not that of a header. A pickle is never shorter than a length, so all eight
     * bytes are part of it, and they would be a length of many gigabytes.
     *
     * @param start first bytes of the file
     */
    private static void refusePickle(byte[] start) throws BadSafetensorsException {
        boolean zip = start[0] == 'P' && start[1] == 'K';
        boolean pickle = start[0] == PICKLE_PROTOCOL && start[1] >= 2 && start[1] <= PICKLE_VERSIONS;
        if (zip || pickle) {
            throw new BadSafetensorsException("expected a safetensors file, found a " + (zip ? "zip file" : "pickle")
                    + ", as PyTorch writes it to .pt, .bin and .ckpt. Such a file can contain code and is never read:"
                    + " convert it to safetensors");
        }
    }

    /** @return the size that the whole file must have, in bytes */
    public long fileBytes() {
        return dataStart + dataBytes;
    }

    /** @param bytes size of the file @throws BadSafetensorsException if the file does not end with the last tensor */
    public void requireFileOf(long bytes) throws BadSafetensorsException {
        if (bytes != fileBytes()) {
            throw new BadSafetensorsException("expected " + dataBytes + " bytes of tensor data, found "
                    + (bytes - dataStart) + (bytes < fileBytes() ? " (truncated?)" : ""));
        }
    }

    /** @return the total size of all tensors, in bytes; the tensors must be contiguous */
    private static long contiguousBytes(Map<String, Tensor> tensors) throws BadSafetensorsException {
        List<Map.Entry<String, Tensor>> inFileOrder = tensors.entrySet().stream()
                .sorted(Comparator.comparingLong(
                                (Map.Entry<String, Tensor> e) -> e.getValue().offset())
                        .thenComparingLong(e -> e.getValue().bytes()))
                .toList();
        long end = 0;
        for (Map.Entry<String, Tensor> entry : inFileOrder) {
            if (entry.getValue().offset() != end) {
                throw new BadSafetensorsException("tensor " + entry.getKey() + ": expected a start at byte " + end
                        + " of the data, found " + entry.getValue().offset());
            }
            end += entry.getValue().bytes();
        }
        return end;
    }
}
