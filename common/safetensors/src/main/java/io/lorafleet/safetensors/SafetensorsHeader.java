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
 * The table of contents of a safetensors file: 8 bytes of length (little-endian), that much JSON, then the tensors.
 *
 * <p>It comes from outside, so nothing in it is believed: types are from a list, sizes are computed without overflow,
 * and the tensors must lie side by side from the first byte after the header.
 *
 * @param dataStart offset of the first byte after the header
 * @param dataBytes bytes that the tensors take
 * @param tensors by name, in the order of the header
 * @param metadata free strings
 * @see <a href="https://huggingface.co/docs/safetensors">safetensors</a>
 */
public record SafetensorsHeader(
        int dataStart, long dataBytes, Map<String, Tensor> tensors, Map<String, String> metadata) {
    /** As in the reference implementation. */
    public static final long MAX_HEADER_BYTES = 100_000_000;
    /** For one adapter: that of SDXL's largest has some 600 KB, and a trainer's metadata may add as much and more. */
    public static final long MAX_ADAPTER_HEADER_BYTES = 8 << 20;

    private static final int LENGTH_BYTES = 8;
    private static final int SHORTEST_BYTES = "{}".length();

    /**
     * One tensor.
     *
     * @param offset of its first byte after the header
     */
    public record Tensor(TensorType type, long[] shape, long offset, long bytes) {}

    /**
     * Reads no further than the header goes, and not beyond the length if that is refused.
     *
     * @param file from its first byte; not closed
     * @param maxHeaderBytes beyond which a header is refused
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
            throw new BadSafetensorsException("header length: expected " + SHORTEST_BYTES + " to " + maxHeaderBytes
                    + " bytes, found " + Long.toUnsignedString(headerBytes) + " (truncated, or no safetensors file?)");
        }
        HeaderReader.Contents contents = HeaderReader.read(file, (int) headerBytes);
        return new SafetensorsHeader(
                LENGTH_BYTES + (int) headerBytes,
                contiguousBytes(contents.tensors()),
                contents.tensors(),
                contents.metadata());
    }

    /** @return what the whole file must have */
    public long fileBytes() {
        return dataStart + dataBytes;
    }

    /** @throws BadSafetensorsException unless the file ends with the last tensor */
    public void requireFileOf(long bytes) throws BadSafetensorsException {
        if (bytes != fileBytes()) {
            throw new BadSafetensorsException("expected " + dataBytes + " bytes of tensors, found "
                    + (bytes - dataStart) + (bytes < fileBytes() ? " (truncated?)" : ""));
        }
    }

    /** @return bytes of all tensors, which lie side by side */
    private static long contiguousBytes(Map<String, Tensor> tensors) throws BadSafetensorsException {
        List<Map.Entry<String, Tensor>> inFileOrder = tensors.entrySet().stream()
                .sorted(Comparator.comparingLong(
                                (Map.Entry<String, Tensor> e) -> e.getValue().offset())
                        .thenComparingLong(e -> e.getValue().bytes()))
                .toList();
        long end = 0;
        for (Map.Entry<String, Tensor> entry : inFileOrder) {
            if (entry.getValue().offset() != end) {
                throw new BadSafetensorsException("tensor " + entry.getKey() + ": expected to begin at byte " + end
                        + " of the data, found " + entry.getValue().offset());
            }
            end += entry.getValue().bytes();
        }
        return end;
    }
}
