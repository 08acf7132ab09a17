// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.SeededNoise;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.sampler.Sampler;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.sampler.SamplerState;
import io.lorafleet.distillation.tensor.HostTensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The sampling trajectories of a batch of images, by DDIM without added noise. They depend only on the initial noise and
 * the predictions.
 *
 * <p>The loop differs from {@link io.lorafleet.diffusion.StepBatch}: it has one latent for the whole batch, and accepts
 * any predictor, such as a student in training or a teacher whose output without guidance is also recorded.
 */
public record DdimTrajectory(StableDiffusion model, int steps) {

    /** Predicts the output at one step. */
    public interface Predictor {
        /**
         * Predicts the output for a batch.
         *
         * @param latents input of the UNet (N, C, H, W)
         * @param timesteps timestep of each row; all are equal
         * @param scope manager that owns the result
         * @return (N, C, H, W)
         */
        NDArray predict(NDArray latents, double[] timesteps, NDManager scope);
    }

    /** @return Gaussian noise with variance 1 for each seed (N, C, H, W), owned by the manager */
    public static NDArray noise(List<Long> seeds, Shape latent, NDManager owner) {
        int size = Math.toIntExact(latent.size());
        List<float[]> rows = new ArrayList<>();
        for (long seed : seeds) {
            rows.add(new SeededNoise(seed).next(size));
        }
        return HostTensors.rows(rows, latent, owner);
    }

    /**
     * Samples a batch from its initial noise.
     *
     * @param noise initial noise (N, C, H, W); not changed
     * @param owner manager that owns the result
     * @return the latents after the last step (N, C, H, W)
     */
    public NDArray from(NDArray noise, Predictor predictor, NDManager owner) {
        Sampler sampler = SamplerKind.DDIM.with(model.schedule(), steps);
        double[] timesteps = sampler.timesteps();
        SamplerState history = new SamplerState(owner, count -> {
            throw new IllegalStateException("DDIM adds no noise, but noise was requested");
        });
        NDArray latent = noise;
        for (int step = 0; step < steps; step++) {
            double[] rows = new double[Math.toIntExact(noise.getShape().get(0))];
            Arrays.fill(rows, timesteps[step]);
            try (NDManager scope = owner.newSubManager()) {
                latent.tempAttach(scope);
                NDArray next = sampler.step(latent, predictor.predict(latent, rows, scope), step, history);
                next.attach(owner);
                if (latent != noise) {
                    latent.attach(scope); // closed with the scope
                }
                latent = next;
            }
        }
        return latent;
    }
}
