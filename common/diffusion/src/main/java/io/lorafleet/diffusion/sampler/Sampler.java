// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/**
 * A way from noise to a latent in a fixed number of steps, or the last part of one. Immutable: what changes is the
 * latent, and what an image's {@link SamplerState} remembers.
 *
 * <p>Every array returned is attached to the manager of the latent.
 */
public interface Sampler {

    /** @return for each step, the timestep that the model is asked about */
    double[] timesteps();

    /** @return what unit noise is multiplied by to make the first latent; 1 in the model's own scale */
    default double initialNoiseScale() {
        return 1;
    }

    /**
     * Lays noise over a clean latent, as much as there is at the first step: where an image begins that comes from
     * another one.
     *
     * @param clean (N, C, H, W), as the UNet works on latents
     * @param noise unit noise of the same shape
     * @return what the first step takes, in this sampler's scale
     */
    NDArray noised(NDArray clean, NDArray noise);

    /** @return the latent as the model takes it at this step; as it is, in the model's own scale */
    default NDArray modelInput(NDArray latent, int step) {
        return latent;
    }

    /**
     * @param output what the model said at this step, after guidance
     * @param history of this image; each step is made once and in order
     * @return the latent after this step
     */
    NDArray step(NDArray latent, NDArray output, int step, SamplerState history);
}
