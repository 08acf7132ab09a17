// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import io.lorafleet.diffusion.weights.Weights;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** y = W x + b. W is (out, in). */
public final class Linear {
    private final String name;
    private final UnaryOperator<NDArray> product;

    private Linear(Weights weights, int in, int out, @Nullable NDArray bias) {
        name = weights.layer();
        if (PackedWeights.support(weights)) {
            try (NDArray weight = weights.lend("weight", out, in)) {
                product = PackedWeights.linear(weight, bias, weights.use());
            }
        } else {
            NDArray weight = weights.get("weight", out, in);
            product = x -> ai.djl.nn.core.Linear.linear(x, weight, bias).singletonOrThrow();
        }
    }

    public static Linear of(Weights weights, int in, int out) {
        return new Linear(weights, in, out, weights.get("bias", out));
    }

    public static Linear withoutBias(Weights weights, int in, int out) {
        return new Linear(weights, in, out, null);
    }

    /** @return the layer's name in the checkpoint */
    public String name() {
        return name;
    }

    /** @param x (N, ..., in) @return (N, ..., out) */
    public NDArray forward(NDArray x, Adaptation adaptation) {
        NDArray y = product.apply(x);
        Adaptation.LayerUpdate update = adaptation.update(name);
        return update == null ? y : update.addTo(y, x);
    }

    public NDArray forward(NDArray x) {
        return forward(x, Adaptation.NONE);
    }
}
