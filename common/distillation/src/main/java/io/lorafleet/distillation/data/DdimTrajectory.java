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
 * The way of some images together from noise, by DDIM without added noise: where they go follows from what the model
 * says alone.
 */
public record DdimTrajectory(StableDiffusion model, int steps) {

    /** What the model says at a step. */
    public interface Model {
        /**
         * @param latents (N, C, H, W), as the UNet takes them
         * @param timesteps N times the same
         * @param scope owns what is computed
         * @return (N, C, H, W)
         */
        NDArray predict(NDArray latents, double[] timesteps, NDManager scope);
    }

    /** @return unit noise (N, C, H, W) of these seeds, owned by the manager */
    public static NDArray noise(List<Long> seeds, Shape latent, NDManager owner) {
        int size = Math.toIntExact(latent.size());
        List<float[]> rows = new ArrayList<>();
        for (long seed : seeds) {
            rows.add(new SeededNoise(seed).next(size));
        }
        return HostTensors.rows(rows, latent, owner);
    }

    /**
     * @param noise (N, C, H, W), not changed
     * @param owner of the result
     * @return the latents behind the last step (N, C, H, W)
     */
    public NDArray from(NDArray noise, Model says, NDManager owner) {
        Sampler sampler = SamplerKind.DDIM.with(model.schedule(), steps);
        double[] timesteps = sampler.timesteps();
        SamplerState history = new SamplerState(owner, count -> {
            throw new IllegalStateException("this sampler draws no noise");
        });
        NDArray latent = noise;
        for (int step = 0; step < steps; step++) {
            double[] rows = new double[Math.toIntExact(noise.getShape().get(0))];
            Arrays.fill(rows, timesteps[step]);
            try (NDManager scope = owner.newSubManager()) {
                latent.tempAttach(scope);
                NDArray next = sampler.step(latent, says.predict(latent, rows, scope), step, history);
                next.attach(owner);
                if (latent != noise) {
                    latent.attach(scope); // freed with it
                }
                latent = next;
            }
        }
        return latent;
    }
}
