// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.lora.LoraAdapter.Factor;
import io.lorafleet.diffusion.lora.LoraAdapter.Update;
import io.lorafleet.diffusion.weights.BaseWeights;
import org.jspecify.annotations.Nullable;

/**
 * DoRA's scale of a layer's output channels, {@code m / ||W0 + s D||}, for any scale s of the request. The squared norm
 * is {@code W0.W0 + 2 s W0.D + s s D.D}, and the three products of each channel do not change between requests, so they
 * are computed when the adapter is loaded.
 *
 * @see "peft tuners/lora/dora.py"
 */
final class Decomposition {
    private final float[] magnitude;
    private final float[] base;
    private final float[] mixed;
    private final float[] change;
    private final float @Nullable [] bias;

    private Decomposition(float[] magnitude, float[] base, float[] mixed, float[] change, float @Nullable [] bias) {
        this.magnitude = magnitude;
        this.base = base;
        this.mixed = mixed;
        this.change = change;
        this.bias = bias;
    }

    /**
     * @param update update with a magnitude
     * @throws AdapterException if the base's values are unknown
     */
    static Decomposition of(String layer, Update update, Factor magnitude, BaseWeights weights, NDManager parent) {
        try (NDManager scope = parent.newSubManager()) {
            NDArray weight = weights.read(layer + ".weight", scope)
                    .orElseThrow(() -> new AdapterException("layer " + layer
                            + ": expected the base's weights, which DoRA needs, found their shape alone"));
            NDArray w = weight.reshape(weight.getShape().get(0), -1);
            NDArray change =
                    DeltaWeights.of(update.delta(), scope).reshape(w.getShape()).mul((float) update.scale());
            float[] bias = weights.read(layer + ".bias", scope)
                    .map(NDArray::toFloatArray)
                    .orElse(null);
            float[] norms = new float[Math.toIntExact(w.getShape().get(0))];
            magnitude.values().get(0, norms);
            return new Decomposition(norms, products(w, w), products(w, change), products(change, change), bias);
        }
    }

    /** @return the product of each row with the other matrix's row */
    private static float[] products(NDArray left, NDArray right) {
        return left.mul(right).sum(new int[] {1}).toFloatArray();
    }

    /** @param scale scale of the request @return the scale of each output channel */
    float[] scales(double scale) {
        float[] scales = new float[magnitude.length];
        for (int i = 0; i < scales.length; i++) {
            double squared = base[i] + 2 * scale * mixed[i] + scale * scale * change[i];
            scales[i] = squared > 0 ? (float) (magnitude[i] / Math.sqrt(squared)) : 0; // all weights are zero
        }
        return scales;
    }

    /** @return the layer's bias, which is not scaled; null if it has none */
    float @Nullable [] bias() {
        return bias;
    }

    /** @return the size in host memory, in bytes */
    long bytes() {
        return (long) Float.BYTES * magnitude.length * (bias == null ? 4 : 5);
    }
}
