// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.List;

/**
 * What a ControlNet adds to one row of a UNet batch.
 *
 * @param row index of the row
 * @param skips arrays (1, C, H, W) for the skip connections, in the order in which the UNet computes them
 * @param middle array (1, C, H, W) for the result of the middle block
 */
public record Residuals(int row, List<NDArray> skips, NDArray middle) {
    public Residuals {
        skips = List.copyOf(skips);
    }

    /** Adds these arrays in place. Other rows do not change. */
    void addTo(List<NDArray> batchSkips, NDArray batchMiddle) {
        NDIndex index = new NDIndex(row + ":" + (row + 1));
        for (int i = 0; i < skips.size(); i++) {
            batchSkips.get(i).get(index).addi(skips.get(i));
        }
        batchMiddle.get(index).addi(middle);
    }
}
