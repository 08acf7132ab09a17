// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.vae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.nn.GroupNorm;
import io.lorafleet.diffusion.nn.Kernels;
import io.lorafleet.diffusion.nn.Linear;
import io.lorafleet.diffusion.nn.Scopes;
import io.lorafleet.diffusion.weights.Weights;
import org.jspecify.annotations.Nullable;

/** The layers at the coarsest resolution, with self-attention over all pixels. */
final class VaeMidBlock {
    private final VaeResnetBlock resnet1;
    private final @Nullable SelfAttention attention;
    private final VaeResnetBlock resnet2;

    VaeMidBlock(VaeConfig config, int channels, Weights weights) {
        resnet1 = new VaeResnetBlock(config, channels, channels, weights.in("resnets", 0));
        attention = config.midAttention() ? new SelfAttention(config, channels, weights.in("attentions", 0)) : null;
        resnet2 = new VaeResnetBlock(config, channels, channels, weights.in("resnets", 1));
    }

    NDArray forward(NDArray x) {
        try (NDManager scope = Scopes.open(x)) {
            NDArray h = resnet1.forward(x);
            return scope.ret(resnet2.forward(attention == null ? h : attention.forward(h)));
        }
    }

    /** Single-head self-attention that treats the pixels as tokens, with a residual connection. */
    private static final class SelfAttention {
        private final GroupNorm norm;
        private final Linear q;
        private final Linear k;
        private final Linear v;
        private final Linear out;

        SelfAttention(VaeConfig config, int channels, Weights weights) {
            norm = new GroupNorm(weights.in("group_norm"), channels, config.normGroups(), VaeResnetBlock.NORM_EPSILON);
            // Checkpoints written by diffusers before 0.15 use the second name in each pair.
            q = layer(weights, "to_q", "query", channels);
            k = layer(weights, "to_k", "key", channels);
            v = layer(weights, "to_v", "value", channels);
            out = layer(weights, "to_out.0", "proj_attn", channels);
        }

        private static Linear layer(Weights weights, String name, String oldName, int channels) {
            boolean old = weights.has(oldName + ".weight");
            return Linear.of(weights.in(old ? oldName : name), channels, channels);
        }

        /** @param x (N, C, H, W) @return the same shape */
        NDArray forward(NDArray x) {
            try (NDManager scope = Scopes.open(x)) {
                Shape shape = x.getShape();
                NDArray tokens =
                        norm.forward(x).reshape(shape.get(0), shape.get(1), -1).transpose(0, 2, 1);
                NDArray mixed = Kernels.get().attention(q.forward(tokens), k.forward(tokens), v.forward(tokens), 1);
                return scope.ret(
                        out.forward(mixed).transpose(0, 2, 1).reshape(shape).add(x));
            }
        }
    }
}
