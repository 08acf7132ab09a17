// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.batching;

/** The size of an image in pixels. Only images of the same size can share a batch. */
public record ImageSize(int width, int height) {
    /** @return width times height */
    public long pixels() {
        return (long) width * height;
    }
}
