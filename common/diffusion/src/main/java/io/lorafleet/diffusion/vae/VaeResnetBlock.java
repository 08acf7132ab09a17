// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.vae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.GroupNorm;
import io.lorafleet.diffusion.nn.Scopes;
import io.lorafleet.diffusion.weights.Weights;
import org.jspecify.annotations.Nullable;

/** A residual block: two convolutions with a shortcut. */
final class VaeResnetBlock {
    /** diffusers' constant for all norms of the VAE. */
    static final double NORM_EPSILON = 1e-6;

    private final GroupNorm norm1;
    private final Conv2d conv1;
    private final GroupNorm norm2;
    private final Conv2d conv2;
    private final @Nullable Conv2d shortcut;

    VaeResnetBlock(VaeConfig config, int in, int out, Weights weights) {
        norm1 = new GroupNorm(weights.in("norm1"), in, config.normGroups(), NORM_EPSILON);
        conv1 = Conv2d.same(weights.in("conv1"), in, out, 3);
        norm2 = new GroupNorm(weights.in("norm2"), out, config.normGroups(), NORM_EPSILON);
        conv2 = Conv2d.same(weights.in("conv2"), out, out, 3);
        shortcut = in == out ? null : Conv2d.same(weights.in("conv_shortcut"), in, out, 1);
    }

    /** @param x (N, in, H, W) @return (N, out, H, W) */
    NDArray forward(NDArray x) {
        try (NDManager scope = Scopes.open(x);
                NDArray h = activated(norm1, conv1, x);
                NDArray change = activated(norm2, conv2, h)) {
            return scope.ret((shortcut == null ? x : shortcut.forward(x)).add(change));
        }
    }

    private static NDArray activated(GroupNorm norm, Conv2d conv, NDArray x) {
        try (NDArray active = norm.silu(x)) {
            return conv.forward(active);
        }
    }
}
