package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.checkpoint.Weights;

/**
 * Normalises groups of channels to mean 0 and variance 1, then scales and shifts each channel.
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
        this.scale = weights.get("weight", channels).reshape(1, channels, 1, 1);
        this.shift = weights.get("bias", channels).reshape(1, channels, 1, 1);
    }

    /** @param x (N, C, H, W) @return the same shape */
    public NDArray forward(NDArray x) {
        try (NDManager scope = Scopes.open(x)) {
            // DJL has no group norm; a layer norm over each group's values is the same.
            NDArray grouped = x.reshape(x.getShape().get(0), groups, -1);
            Shape values = new Shape(grouped.getShape().get(2));
            NDArray ones = scope.ones(values, x.getDataType());
            NDArray zeros = scope.zeros(values, x.getDataType());
            NDArray normal = ai.djl.nn.norm.LayerNorm.layerNorm(grouped, values, ones, zeros, epsilon)
                    .singletonOrThrow();
            return scope.ret(normal.reshape(x.getShape()).mul(scale).add(shift));
        }
    }
}
