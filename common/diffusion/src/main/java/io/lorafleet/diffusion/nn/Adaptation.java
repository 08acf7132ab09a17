// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * The updates that adapters add to W0 x. An adaptation is passed to each forward pass, so one resident base serves the
 * teacher and any number of students in one batch. W0 never changes.
 */
public interface Adaptation {
    /** No updates: the base alone. */
    Adaptation NONE = layer -> null;

    /** The update of one layer. */
    interface LayerUpdate {
        /**
         * Adds the update to a linear layer's output.
         *
         * @param x input of the layer (N, ..., in)
         * @param y base output W0 x + b (N, ..., out); may be modified
         * @return y with the update added
         */
        NDArray addTo(NDArray y, NDArray x);

        /**
         * Adds the update to a convolution's output.
         *
         * @param layer base layer
         * @param x input of the layer (N, in, H, W)
         * @param y base output (N, out, H', W'); may be modified
         * @return y with the update added
         */
        NDArray addTo(NDArray y, NDArray x, Conv2d layer);
    }

    /** @param layer name of the layer in the checkpoint @return the layer's update; null if it has none */
    @Nullable
    LayerUpdate update(String layer);
}
