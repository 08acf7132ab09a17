package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;

/** An adapter that fits the base: for each adapted layer, by its name in the UNet, the two factors of its update. */
public final class LoraAdapter implements AutoCloseable {
    private final NDManager owner;
    private final Map<String, Update> updates;

    /**
     * The update of one layer.
     *
     * @param rank r
     * @param scale alpha / r, as the file has it
     * @param a (r, in) or, for a convolution, (r, in, k, k)
     * @param b (out, r)
     */
    public record Update(int rank, double scale, NDArray a, NDArray b) {}

    LoraAdapter(NDManager owner, Map<String, Update> updates) {
        this.owner = owner;
        this.updates = Map.copyOf(updates);
    }

    public Map<String, Update> updates() {
        return updates;
    }

    /** Frees the factors. */
    @Override
    public void close() {
        owner.close();
    }
}
