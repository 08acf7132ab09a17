// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The state that a sampler keeps for an image between steps, and the source of the noise that the sampler adds. */
public final class SamplerState {
    private final NDManager owner;
    private final IntFunction<float[]> noise;
    private final Deque<NDArray> outputs = new ArrayDeque<>();
    private @Nullable NDArray sample;

    /**
     * @param owner manager that owns the kept arrays
     * @param noise returns the given number of new standard normal values
     */
    public SamplerState(NDManager owner, IntFunction<float[]> noise) {
        this.owner = owner;
        this.noise = noise;
    }

    /** @return new unit noise of the latent's shape, attached to its manager */
    NDArray noise(NDArray latent) {
        float[] values = noise.apply(Math.toIntExact(latent.size()));
        return latent.getManager().create(values, latent.getShape()).toType(latent.getDataType(), false);
    }

    /** Keeps an output, and then drops the oldest outputs until at most {@code most} are left. */
    void keepOutput(NDArray output, int most) {
        outputs.addFirst(own(output));
        while (outputs.size() > most) {
            outputs.removeLast().close();
        }
    }

    /** @param back age of the output; 0 is the newest */
    NDArray output(int back) {
        Iterator<NDArray> newestFirst = outputs.iterator();
        for (int i = 0; i < back; i++) {
            newestFirst.next();
        }
        return newestFirst.next();
    }

    int outputs() {
        return outputs.size();
    }

    /** Keeps a latent and drops the previous latent. */
    void keepSample(NDArray latent) {
        if (sample != null) {
            sample.close();
        }
        sample = own(latent);
    }

    NDArray sample() {
        return Objects.requireNonNull(sample, "no sample was kept");
    }

    /** Copies an array, because the caller frees it after the step. */
    private NDArray own(NDArray array) {
        NDArray copy = array.duplicate();
        copy.attach(owner);
        return copy;
    }
}
