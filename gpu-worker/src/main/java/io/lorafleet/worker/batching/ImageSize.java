// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.batching;

/** Width and height in pixels. Only images of one size can share a batch. */
public record ImageSize(int width, int height) {
    public long pixels() {
        return (long) width * height;
    }
}
