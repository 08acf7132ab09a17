// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Kernels;
import io.lorafleet.diffusion.nn.LayerNorm;
import io.lorafleet.diffusion.nn.Linear;
import io.lorafleet.diffusion.nn.Scopes;
import io.lorafleet.diffusion.unet.PreparedConditioning.KeysValues;
import io.lorafleet.diffusion.weights.Weights;
import java.util.List;

/**
 * Self-attention among the image tokens, cross-attention to the text, then a feed-forward layer.
 *
 * @see "diffusers models/attention.py BasicTransformerBlock"
 */
final class TransformerBlock {
    private static final double NORM_EPSILON = 1e-5;
    /** Width of the feed-forward layer as a multiple of the token width. */
    private static final int EXPANSION = 4;

    private final String name;
    private final LayerNorm norm1;
    private final AttentionLayer selfAttention;
    private final LayerNorm norm2;
    private final AttentionLayer crossAttention;
    private final LayerNorm norm3;
    private final Linear feedForwardIn;
    private final Linear feedForwardOut;

    TransformerBlock(UNetConfig config, int resolution, Weights weights) {
        name = weights.layer();
        int width = config.channels().get(resolution);
        int heads = config.heads().get(resolution);
        norm1 = new LayerNorm(weights.in("norm1"), width, NORM_EPSILON);
        selfAttention = new AttentionLayer(width, width, heads, weights.in("attn1"));
        norm2 = new LayerNorm(weights.in("norm2"), width, NORM_EPSILON);
        crossAttention = new AttentionLayer(width, config.contextWidth(), heads, weights.in("attn2"));
        norm3 = new LayerNorm(weights.in("norm3"), width, NORM_EPSILON);
        feedForwardIn = Linear.of(weights.in("ff.net.0.proj"), width, 2 * EXPANSION * width);
        feedForwardOut = Linear.of(weights.in("ff.net.2"), EXPANSION * width, width);
    }

    String name() {
        return name;
    }

    /** @param context text states (N, S, D) @return keys and values, attached to the context's manager */
    KeysValues prepare(NDArray context, Adaptation adaptation) {
        return crossAttention.keysValues(context, adaptation);
    }

    /** @param x (N, T, C) @return (N, T, C) */
    NDArray forward(NDArray x, PreparedConditioning text, Adaptation adaptation) {
        try (NDManager scope = Scopes.open(x)) {
            NDArray h = norm1.forward(x);
            NDArray y = selfAttention
                    .forward(h, List.of(selfAttention.keysValues(h, adaptation)), adaptation)
                    .addi(x);
            y = crossAttention
                    .forward(norm2.forward(y), text.keysValues(name), adaptation)
                    .addi(y);
            return scope.ret(feedForward(norm3.forward(y), adaptation).addi(y));
        }
    }

    private NDArray feedForward(NDArray x, Adaptation adaptation) {
        return feedForwardOut.forward(Kernels.get().geglu(feedForwardIn.forward(x, adaptation)), adaptation);
    }

    /** Attention with its input and output projections. */
    private static final class AttentionLayer {
        private final int heads;
        private final Linear q;
        private final Linear k;
        private final Linear v;
        private final Linear out;

        AttentionLayer(int width, int contextWidth, int heads, Weights weights) {
            this.heads = heads;
            q = Linear.withoutBias(weights.in("to_q"), width, width);
            k = Linear.withoutBias(weights.in("to_k"), contextWidth, width);
            v = Linear.withoutBias(weights.in("to_v"), contextWidth, width);
            out = Linear.of(weights.in("to_out", 0), width, width);
        }

        KeysValues keysValues(NDArray source, Adaptation adaptation) {
            return new KeysValues(k.forward(source, adaptation), v.forward(source, adaptation));
        }

        /** @param sources keys and values of all rows, in order */
        NDArray forward(NDArray x, List<KeysValues> sources, Adaptation adaptation) {
            NDArray queries = q.forward(x, adaptation);
            NDList mixed = new NDList();
            long row = 0;
            for (KeysValues source : sources) {
                long end = row + source.rows();
                NDArray own = sources.size() == 1 ? queries : queries.get(new NDIndex(row + ":" + end));
                mixed.add(Kernels.get().attention(own, source.keys(), source.values(), heads));
                row = end;
            }
            return out.forward(mixed.size() == 1 ? mixed.get(0) : NDArrays.concat(mixed, 0), adaptation);
        }
    }
}
