// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a {@link Conditioning} that do not change between steps, computed once.
 *
 * @param keysValues keys and values of each cross-attention, by block name
 * @param addition vector to add to the time embedding (N, time width); null for models other than SDXL
 */
public record PreparedConditioning(
        Map<String, KeysValues> keysValues, @Nullable NDArray addition) {

    /** Keys (N, S, C) and values (N, S, C) of a cross-attention layer. */
    record KeysValues(NDArray keys, NDArray values) {}

    public PreparedConditioning {
        keysValues = Map.copyOf(keysValues);
    }

    /**
     * Concatenates the rows of several prompts.
     *
     * @param parts prepared conditionings of the same model
     * @param owner manager that owns the result
     * @return a copy with the rows of all parts, in order
     */
    public static PreparedConditioning concat(List<PreparedConditioning> parts, NDManager owner) {
        Map<String, KeysValues> all = new HashMap<>();
        for (String block : parts.get(0).keysValues().keySet()) {
            all.put(
                    block,
                    new KeysValues(
                            rows(parts, part -> part.keysValues(block).keys()),
                            rows(parts, part -> part.keysValues(block).values())));
        }
        boolean plain = parts.get(0).addition() == null;
        PreparedConditioning whole =
                new PreparedConditioning(all, plain ? null : rows(parts, PreparedConditioning::addition));
        whole.attach(owner);
        return whole;
    }

    private static NDArray rows(List<PreparedConditioning> parts, Function<PreparedConditioning, NDArray> array) {
        return NDArrays.concat(new NDList(parts.stream().map(array).toList()), 0);
    }

    KeysValues keysValues(String block) {
        return Objects.requireNonNull(keysValues.get(block), block);
    }

    /** Attaches the arrays to a manager. */
    public void attach(NDManager owner) {
        for (KeysValues each : keysValues.values()) {
            each.keys().attach(owner);
            each.values().attach(owner);
        }
        if (addition != null) {
            addition.attach(owner);
        }
    }
}
