package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import io.lorafleet.diffusion.checkpoint.Weights;

/** y = W x + b. W is (out, in). */
public final class Linear {
    private final String name;
    private final NDArray weight;
    private final NDArray bias;

    private Linear(String name, NDArray weight, NDArray bias) {
        this.name = name;
        this.weight = weight;
        this.bias = bias;
    }

    public static Linear of(Weights weights, int in, int out) {
        return new Linear(weights.layer(), weights.get("weight", out, in), weights.get("bias", out));
    }

    public static Linear withoutBias(Weights weights, int in, int out) {
        return new Linear(weights.layer(), weights.get("weight", out, in), null);
    }

    /** @param x (N, ..., in) @return (N, ..., out) */
    public NDArray forward(NDArray x, Adaptation adaptation) {
        NDArray y = ai.djl.nn.core.Linear.linear(x, weight, bias).singletonOrThrow();
        return adaptation.linear(name, x, y);
    }

    public NDArray forward(NDArray x) {
        return forward(x, Adaptation.NONE);
    }
}
