// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.GroupNorm;
import io.lorafleet.diffusion.nn.Linear;
import io.lorafleet.diffusion.nn.Scopes;
import io.lorafleet.diffusion.weights.Weights;
import org.jspecify.annotations.Nullable;

/** A residual block: two convolutions with a shortcut. The time embedding is added between the convolutions. */
final class ResnetBlock {
    private final GroupNorm norm1;
    private final Conv2d conv1;
    private final Linear timeProjection;
    private final GroupNorm norm2;
    private final Conv2d conv2;
    private final @Nullable Conv2d shortcut;

    ResnetBlock(UNetConfig config, int in, int out, Weights weights) {
        norm1 = new GroupNorm(weights.in("norm1"), in, config.normGroups(), config.normEpsilon());
        conv1 = Conv2d.same(weights.in("conv1"), in, out, 3);
        timeProjection = Linear.of(weights.in("time_emb_proj"), config.timeWidth(), out);
        norm2 = new GroupNorm(weights.in("norm2"), out, config.normGroups(), config.normEpsilon());
        conv2 = Conv2d.same(weights.in("conv2"), out, out, 3);
        shortcut = in == out ? null : Conv2d.same(weights.in("conv_shortcut"), in, out, 1);
    }

    /** @param x (N, in, H, W) @param time activated time embedding (N, time width) @return (N, out, H, W) */
    NDArray forward(NDArray x, NDArray time, Adaptation adaptation) {
        try (NDManager scope = Scopes.open(x, time)) {
            NDArray h = conv1.forward(norm1.silu(x), adaptation);
            h.addi(timeProjection.forward(time, adaptation).expandDims(2).expandDims(3));
            h = conv2.forward(norm2.silu(h), adaptation);
            return scope.ret(h.addi(shortcut == null ? x : shortcut.forward(x, adaptation)));
        }
    }
}
