// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;

/**
 * What a layer adds to W0 x. It is handed down a forward pass, so that one resident base serves the teacher and any
 * number of students at once; W0 never changes.
 */
public interface Adaptation {
    /** The base model alone. */
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

    /** @param layer the layer's name in the checkpoint @return whether it adds anything there */
    boolean adapts(String layer);

    /**
     * @param layer the layer's name in the checkpoint
     * @param x the layer's input (N, ..., in)
     * @param y W0 x + b, (N, ..., out); may be changed
     * @return y with the layer's update added
     */
    NDArray linear(String layer, NDArray x, NDArray y);

    /**
     * @param x the layer's input (N, in, H, W)
     * @param y the base layer's output (N, out, H', W'); may be changed
     * @return y with the layer's update added
     */
    NDArray conv(Conv2d layer, NDArray x, NDArray y);
}
