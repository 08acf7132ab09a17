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

/** What a sampler remembers of one image from step to step, and the noise that it adds on the way. */
public final class SamplerState {
    private final NDManager job;
    private final IntFunction<float[]> noise;
    private final Deque<NDArray> outputs = new ArrayDeque<>();
    private @Nullable NDArray sample;

    /**
     * @param job owns what is remembered
     * @param noise draws that many normal values, new ones each time
     */
    public SamplerState(NDManager job, IntFunction<float[]> noise) {
        this.job = job;
        this.noise = noise;
    }

    /** @return new noise of the latent's shape, attached to its manager */
    NDArray noise(NDArray latent) {
        float[] values = noise.apply(Math.toIntExact(latent.size()));
        return latent.getManager().create(values, latent.getShape()).toType(latent.getDataType(), false);
    }

    /** Remembers an output, and forgets all but the newest {@code most}. */
    void keepOutput(NDArray output, int most) {
        outputs.addFirst(own(output));
        while (outputs.size() > most) {
            outputs.removeLast().close();
        }
    }

    /** @param back 0 for the newest output that is remembered */
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

    /** Remembers a latent in place of the one before. */
    void keepSample(NDArray latent) {
        if (sample != null) {
            sample.close();
        }
        sample = own(latent);
    }

    NDArray sample() {
        return Objects.requireNonNull(sample, "none was kept");
    }

    /** A copy of its own, because the caller's array ends with the step. */
    private NDArray own(NDArray array) {
        NDArray copy = array.duplicate();
        copy.attach(job);
        return copy;
    }
}
