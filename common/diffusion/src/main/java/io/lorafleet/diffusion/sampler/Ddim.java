// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/**
 * Denoising diffusion implicit models, with eta 0: no noise is added between steps.
 *
 * @see <a href="https://arxiv.org/abs/2010.02502">Song et al. 2021</a>, equation 12; diffusers scheduling_ddim.py
 */
final class Ddim implements Sampler {
    private final NoiseSchedule schedule;
    private final double[] timesteps;
    private final int stride;

    Ddim(NoiseSchedule schedule, Steps steps) {
        this.schedule = schedule;
        this.timesteps = steps.timesteps(schedule, true);
        this.stride = schedule.trainTimesteps() / steps.count();
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
        int t = (int) timesteps[step];
        double alphaBar = schedule.alphaBar(t);
        double alpha = Math.sqrt(alphaBar);
        double sigma = Math.sqrt(1 - alphaBar);
        NDArray x0 = schedule.clipped(schedule.prediction().predictedOriginal(x, output, alpha, sigma));
        NDArray epsilon = schedule.prediction().predictedNoise(x, output, alpha, sigma);
        return schedule.addNoise(x0, epsilon, t - stride);
    }
}
