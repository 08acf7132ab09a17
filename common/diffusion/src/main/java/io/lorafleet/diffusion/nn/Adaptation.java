// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;

/**
 * The update that adapters add to W0 x in each layer. It is passed to each forward pass, so one resident base serves
 * the teacher and any number of students in one batch. W0 never changes.
 */
public interface Adaptation {
    /** No update: the base alone. */
    Adaptation NONE = new Adaptation() {
        @Override
        public boolean adapts(String layer) {
            return false;
        }

        @Override
        public NDArray linear(String layer, NDArray x, NDArray y) {
            return y;
        }

        @Override
        public NDArray conv(Conv2d layer, NDArray x, NDArray y) {
            return y;
        }
    };

    /** @param layer name of the layer in the checkpoint @return whether the layer has an update */
    boolean adapts(String layer);

    /**
     * Adds the update of a linear layer.
     *
     * @param layer name of the layer in the checkpoint
     * @param x input of the layer (N, ..., in)
     * @param y base output W0 x + b (N, ..., out); may be modified
     * @return y with the layer's update added
     */
    NDArray linear(String layer, NDArray x, NDArray y);

    /**
     * Adds the update of a convolution.
     *
     * @param layer base layer
     * @param x input of the layer (N, in, H, W)
     * @param y base output (N, out, H', W'); may be modified
     * @return y with the layer's update added
     */
    NDArray conv(Conv2d layer, NDArray x, NDArray y);
}
