// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import io.lorafleet.diffusion.weights.Weights;

/**
 * Group normalization, followed by a scale and shift for each channel.
 *
 * @see <a href="https://arxiv.org/abs/1803.08494">Wu and He 2018</a>
 */
public final class GroupNorm {
    private final int groups;
    private final float epsilon;
    private final NDArray scale;
    private final NDArray shift;

    public GroupNorm(Weights weights, int channels, int groups, double epsilon) {
        this.groups = groups;
        this.epsilon = (float) epsilon;
        this.scale = weights.get("weight", channels);
        this.shift = weights.get("bias", channels);
    }

    /** @param x (N, C, H, W) @return the same shape */
    public NDArray forward(NDArray x) {
        return Kernels.get().groupNorm(x, scale, shift, groups, epsilon);
    }

    /** Normalizes, then applies SiLU. */
    public NDArray silu(NDArray x) {
        return Kernels.get().groupNormSilu(x, scale, shift, groups, epsilon);
    }
}
