// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/**
 * The sampler for latent consistency models. Each step predicts the denoised latent, then adds noise at a lower level.
 *
 * <p>A schedule that starts later is the last part of the full schedule, as in diffusers'
 * StableDiffusionImg2ImgPipeline. In contrast, diffusers' LatentConsistencyModelImg2ImgPipeline runs all steps, spaced
 * more closely.
 *
 * @see <a href="https://arxiv.org/abs/2310.04378">Luo et al. 2023</a>, algorithm 3; diffusers scheduling_lcm.py
 */
final class Lcm implements Sampler {
    /** Standard deviation of the data, as assumed by the boundary condition. */
    private static final double SIGMA_DATA = 0.5;

    /** Factor of the timestep in the boundary condition. */
    static final double TIMESTEP_SCALING = 10;

    private final NoiseSchedule schedule;
    private final double[] timesteps;

    Lcm(NoiseSchedule schedule, Steps steps) {
        this.schedule = schedule;
        this.timesteps = steps.distilledTimesteps(schedule);
    }

    @Override
    public double[] timesteps() {
        return timesteps.clone();
    }

    @Override
    public NDArray addNoise(NDArray clean, NDArray noise, int step) {
        return schedule.addNoise(clean, noise, (int) timesteps[step]);
    }

    @Override
    public NDArray step(NDArray x, NDArray output, int step, SamplerState state) {
        double t = timesteps[step];
        double alphaBar = schedule.alphaBar((int) t);
        NDArray x0 = schedule.clipped(
                schedule.prediction().predictedOriginal(x, output, Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar)));
        double scaled = t * TIMESTEP_SCALING;
        double square = scaled * scaled + SIGMA_DATA * SIGMA_DATA;
        NDArray denoised = x0.mul(scaled / Math.sqrt(square)).add(x.mul(SIGMA_DATA * SIGMA_DATA / square));
        return step == timesteps.length - 1
                ? denoised
                : schedule.addNoise(denoised, state.noise(x), (int) timesteps[step + 1]);
    }
}
