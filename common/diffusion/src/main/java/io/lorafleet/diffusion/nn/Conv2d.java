// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.weights.Weights;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A two-dimensional convolution with a square kernel. W is (out, in, k, k). */
public final class Conv2d {
    private static final Shape DILATION = new Shape(1, 1);

    private final String name;
    private final UnaryOperator<NDArray> product;
    private final Shape stride;
    private final Shape padding;

    private Conv2d(Weights weights, int in, int out, int kernel, int stride, int padding) {
        this.name = weights.layer();
        this.stride = new Shape(stride, stride);
        this.padding = new Shape(padding, padding);
        NDArray bias = weights.get("bias", out);
        if (PackedWeights.support(weights)) {
            try (NDArray weight = weights.lend("weight", out, in, kernel, kernel)) {
                product = PackedWeights.convolution(weight, bias, stride, padding, weights.use());
            }
        } else {
            NDArray weight = weights.get("weight", out, in, kernel, kernel);
            product = x -> convolve(x, weight, bias, 1);
        }
    }

    /** @param weights scope of the layer @param padding number of zeros on each side */
    public static Conv2d of(Weights weights, int in, int out, int kernel, int stride, int padding) {
        return new Conv2d(weights, in, out, kernel, stride, padding);
    }

    /** Creates a convolution that preserves the height and width. */
    public static Conv2d same(Weights weights, int in, int out, int kernel) {
        return of(weights, in, out, kernel, 1, kernel / 2);
    }

    /** @return the layer's name in the checkpoint */
    public String name() {
        return name;
    }

    /** @param x (N, in, H, W) @return (N, out, H', W') */
    public NDArray forward(NDArray x, Adaptation adaptation) {
        NDArray y = product.apply(x);
        Adaptation.LayerUpdate update = adaptation.update(name);
        return update == null ? y : update.addTo(y, x, this);
    }

    public NDArray forward(NDArray x) {
        return forward(x, Adaptation.NONE);
    }

    /** Convolves with another kernel of the same size, with this layer's stride and padding. */
    public NDArray convolve(NDArray x, NDArray kernel, @Nullable NDArray kernelBias, int groups) {
        return ai.djl.nn.convolutional.Conv2d.conv2d(x, kernel, kernelBias, stride, padding, DILATION, groups)
                .singletonOrThrow();
    }
}
