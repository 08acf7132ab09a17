// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.weights.Weights;

/** Normalization of the last dimension, followed by a scale and a shift. */
public final class LayerNorm {
    private final Shape width;
    private final float epsilon;
    private final NDArray scale;
    private final NDArray shift;

    public LayerNorm(Weights weights, int width, double epsilon) {
        this.width = new Shape(width);
        this.epsilon = (float) epsilon;
        this.scale = weights.get("weight", width);
        this.shift = weights.get("bias", width);
    }

    /** @param x (..., width) @return the same shape */
    public NDArray forward(NDArray x) {
        return ai.djl.nn.norm.LayerNorm.layerNorm(x, width, scale, shift, epsilon)
                .singletonOrThrow();
    }
}
