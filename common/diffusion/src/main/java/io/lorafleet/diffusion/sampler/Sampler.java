// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/**
 * A sampling schedule with a fixed number of steps from noise to a latent, or the last part of such a schedule. It is
 * immutable; an image's state consists of its latent and its {@link SamplerState}.
 *
 * <p>Returned arrays are attached to the latent's manager.
 */
public interface Sampler {

    /** @return the timestep of each step's model evaluation */
    double[] timesteps();

    /**
     * @return the factor that scales unit noise to the first latent (diffusers: init_noise_sigma); 1 in the
     *     variance-preserving scale
     */
    default double initialNoiseScale() {
        return 1;
    }

    /**
     * Adds noise to a clean latent, at the level before a step (diffusers: add_noise). Step 0 starts an image-to-image
     * generation.
     *
     * @param clean latent in the UNet's scale (N, C, H, W)
     * @param noise unit noise of the same shape
     * @param step index of the step, starting at 0
     * @return the noisy latent, in this sampler's scale
     */
    NDArray addNoise(NDArray clean, NDArray noise, int step);

    /** @return the latent, scaled as input for the model (diffusers: scale_model_input) */
    default NDArray modelInput(NDArray latent, int step) {
        return latent;
    }

    /**
     * Runs one step. The caller must run each step once, in order.
     *
     * @param latent latent before the step (N, C, H, W)
     * @param output model output at this step, after guidance
     * @param step index of the step, starting at 0
     * @param state sampler state of this image
     * @return the latent after the step
     */
    NDArray step(NDArray latent, NDArray output, int step, SamplerState state);
}
