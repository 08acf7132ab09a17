// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * An adapter that fits the base, as its file has it.
 *
 * @param updates for each adapted layer, by its name in the UNet, the two factors of its update
 */
public record LoraAdapter(Map<String, Update> updates) {

    /**
     * The update of one layer.
     *
     * @param rank r
     * @param scale alpha / r, as the file has it
     * @param a (r, in) or, for a convolution, (r, in, k, k)
     * @param b (out, r)
     */
    public record Update(int rank, double scale, Factor a, Factor b) {}

    /**
     * A factor's numbers.
     *
     * @param values in the order of the shape, its last dimension the fastest; where the file has float32 these are its
     *     own bytes
     */
    public record Factor(Shape shape, FloatBuffer values) {}

    public LoraAdapter {
        updates = Map.copyOf(updates);
    }

    /** @return the largest of the layers' ranks */
    public int rank() {
        return updates.values().stream().mapToInt(Update::rank).max().orElse(0);
    }
}
