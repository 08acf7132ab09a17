// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.batching;

/**
 * How many rows a batch may have. More would make the step longer without drawing more images in the same time.
 *
 * <p>A row costs as its pixels do, so the cap of other sizes follows from that of one.
 *
 * @param rows at that size
 * @param size that it was measured or configured at
 */
public record MaxBatchRows(int rows, ImageSize size) {
    /** Those of a guided image, which must fit in any case. */
    private static final int LEAST = 2;
    /** Where tiny images end: the text's keys and values grow with the rows, however small those are. */
    private static final int MOST = 64;

    public MaxBatchRows {
        if (rows < 1) {
            throw new IllegalArgumentException("rows: expected at least 1, found " + rows);
        }
    }

    /** @return the rows that a batch of this size may have */
    public int of(ImageSize other) {
        long scaled = rows * size.pixels() / other.pixels();
        return (int) Math.min(MOST, Math.max(LEAST, scaled));
    }
}
