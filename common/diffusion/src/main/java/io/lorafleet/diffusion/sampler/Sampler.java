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

    /** @return the timestep of each model evaluation */
    double[] timesteps();

    /** @return the number of steps; a sampler can evaluate the model more often than it has steps */
    default int steps() {
        return timesteps().length;
    }

    /**
     * @param step index of a step, or the number of steps
     * @return the number of model evaluations before the step
     */
    default int evaluationsBefore(int step) {
        return step;
    }

    /**
     * @return the factor that scales unit noise to the first latent (diffusers: init_noise_sigma); 1 in the
     *     variance-preserving scale
     */
    default double initialNoiseScale() {
        return 1;
    }

    /**
     * Adds noise to a clean latent, at the level before a model evaluation (diffusers: add_noise). Evaluation 0 starts
     * an image-to-image generation.
     *
     * @param clean latent in the UNet's scale (N, C, H, W)
     * @param noise unit noise of the same shape
     * @param evaluation index of the evaluation, starting at 0; for most samplers, the index of the step
     * @return the noisy latent, in this sampler's scale
     */
    NDArray addNoise(NDArray clean, NDArray noise, int evaluation);

    /** @return the latent, scaled as input for the model evaluation with this index (diffusers: scale_model_input) */
    default NDArray modelInput(NDArray latent, int evaluation) {
        return latent;
    }

    /**
     * Continues after a model evaluation. The caller must do this once for each evaluation, in order.
     *
     * @param latent latent before the evaluation (N, C, H, W)
     * @param output model output, after guidance
     * @param evaluation index of the evaluation, starting at 0; for most samplers, the index of the step
     * @param state sampler state of this image
     * @return the latent for the next evaluation; after the last one, the result
     */
    NDArray step(NDArray latent, NDArray output, int evaluation, SamplerState state);
}
