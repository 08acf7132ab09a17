// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * A LoRA adapter as read from its file, checked against the base.
 *
 * @param updates updates, by the layer's name in the UNet
 */
public record LoraAdapter(Map<String, Update> updates) {

    /**
     * The update of one layer.
     *
     * @param rank rank r
     * @param scale alpha / r
     * @param a factor A: (r, in), or (r, in, k, k) for a convolution
     * @param b factor B: (out, r)
     */
    public record Update(int rank, double scale, Factor a, Factor b) {}

    /**
     * The values of a factor.
     *
     * @param shape shape of the factor
     * @param values values in row-major order; for a float32 file, a view of its bytes
     */
    public record Factor(Shape shape, FloatBuffer values) {}

    public LoraAdapter {
        updates = Map.copyOf(updates);
    }

    /** @return the largest rank of any layer */
    public int rank() {
        return updates.values().stream().mapToInt(Update::rank).max().orElse(0);
    }
}
