// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.GroupNorm;
import io.lorafleet.diffusion.nn.Linear;
import io.lorafleet.diffusion.nn.Scopes;
import io.lorafleet.diffusion.weights.Weights;
import java.util.ArrayList;
import java.util.List;

/**
 * Transformer blocks that treat the pixels of a feature map as tokens, with a residual connection.
 *
 * @see "diffusers models/transformers/transformer_2d.py"
 */
final class SpatialTransformer {
    /** diffusers' constant for this norm. The config's epsilon applies to the other norms. */
    private static final double NORM_EPSILON = 1e-6;

    private final GroupNorm norm;
    private final Projection projectIn;
    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final Projection projectOut;

    SpatialTransformer(UNetConfig config, int resolution, Weights weights) {
        int channels = config.channels().get(resolution);
        norm = new GroupNorm(weights.in("norm"), channels, config.normGroups(), NORM_EPSILON);
        projectIn = Projection.of(config.linearProjection(), weights.in("proj_in"), channels);
        for (int i = 0; i < config.transformerLayers().get(resolution); i++) {
            blocks.add(new TransformerBlock(config, resolution, weights.in("transformer_blocks", i)));
        }
        projectOut = Projection.of(config.linearProjection(), weights.in("proj_out"), channels);
    }

    List<TransformerBlock> blocks() {
        return blocks;
    }

    /** @param x (N, C, H, W) @return (N, C, H, W) */
    NDArray forward(NDArray x, PreparedConditioning text, Adaptation adaptation) {
        try (NDManager scope = Scopes.open(x)) {
            NDArray tokens = toTokens(projectIn.forward(norm.forward(x), adaptation));
            for (TransformerBlock block : blocks) {
                tokens = block.forward(tokens, text, adaptation);
            }
            return scope.ret(
                    projectOut.forward(toMap(tokens, x.getShape()), adaptation).addi(x));
        }
    }

    /** @param map (N, C, H, W) @return (N, H W, C) */
    private static NDArray toTokens(NDArray map) {
        Shape shape = map.getShape();
        return map.reshape(shape.get(0), shape.get(1), -1).transpose(0, 2, 1);
    }

    /** @param tokens (N, H W, C) @return (N, C, H, W) */
    private static NDArray toMap(NDArray tokens, Shape shape) {
        return tokens.transpose(0, 2, 1).reshape(shape);
    }

    /** A projection of the channels, (N, C, H, W) to (N, C, H, W). */
    private interface Projection {
        NDArray forward(NDArray map, Adaptation adaptation);

        static Projection of(boolean linear, Weights weights, int channels) {
            if (linear) {
                Linear layer = Linear.of(weights, channels, channels);
                return (map, adaptation) -> toMap(layer.forward(toTokens(map), adaptation), map.getShape());
            }
            return Conv2d.same(weights, channels, channels, 1)::forward;
        }
    }
}
