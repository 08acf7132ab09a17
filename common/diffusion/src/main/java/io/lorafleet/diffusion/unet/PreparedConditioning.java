package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;

/**
 * What the UNet makes of a {@link Conditioning} before the first step, because no step changes it.
 *
 * @param keysValues of every cross-attention, by the name of its block
 * @param addition to the time embedding (N, time width); SDXL only, else null
 */
public record PreparedConditioning(Map<String, KeysValues> keysValues, NDArray addition) {

    /** What the pixels' queries meet: keys (N, S, C) and values (N, S, C). */
    record KeysValues(NDArray keys, NDArray values) {}

    public PreparedConditioning {
        keysValues = Map.copyOf(keysValues);
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
