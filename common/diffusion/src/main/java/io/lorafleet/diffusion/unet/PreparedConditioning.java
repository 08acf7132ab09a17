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
 * What the UNet makes of a {@link Conditioning} before the first step, because no step changes it.
 *
 * @param keysValues of every cross-attention, by the name of its block
 * @param addition to the time embedding (N, time width); SDXL only, else null
 */
public record PreparedConditioning(
        Map<String, KeysValues> keysValues, @Nullable NDArray addition) {

    /** What the pixels' queries meet: keys (N, S, C) and values (N, S, C). */
    record KeysValues(NDArray keys, NDArray values) {}

    public PreparedConditioning {
        keysValues = Map.copyOf(keysValues);
    }

    /**
     * @param parts of the same model
     * @param owner of the result
     * @return for the rows of all of them, one after the other: a copy
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

    /** Gives the arrays to a manager. */
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
