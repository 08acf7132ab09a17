// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.batching;

/**
 * The maximum number of rows in a batch. More rows would make a step longer without increasing the throughput.
 *
 * <p>The cost of a row is proportional to its number of pixels, so the limit for one size determines the limits for all
 * sizes.
 *
 * @param rows row limit at {@code size}, at least 1
 * @param size image size to which the limit applies
 */
public record MaxBatchRows(int rows, ImageSize size) {
    /** The rows that one image with guidance needs; they must always fit. */
    private static final int MIN_ROWS = 2;
    /**
     * Limit for tiny images: whatever the image size, each row needs memory for the prompt's cross-attention keys and
     * values.
     */
    private static final int MAX_ROWS = 64;

    public MaxBatchRows {
        if (rows < 1) {
            throw new IllegalArgumentException("rows: expected at least 1, found " + rows);
        }
    }

    /** @return the maximum number of rows in a batch of images of size {@code other} */
    public int of(ImageSize other) {
        long scaled = rows * size.pixels() / other.pixels();
        return (int) Math.min(MAX_ROWS, Math.max(MIN_ROWS, scaled));
    }
}
