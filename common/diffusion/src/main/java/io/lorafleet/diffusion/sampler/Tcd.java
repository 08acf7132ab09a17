// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/**
 * The sampler for trajectory consistency models. Each step moves to a timestep below the next one, then adds noise to
 * reach the next one. {@code eta} chooses how far below: at 0, no noise is added; at 1, each step predicts the denoised
 * latent.
 *
 * @see <a href="https://arxiv.org/abs/2402.19159">Zheng et al. 2024</a>, algorithm 4, where eta is called gamma;
 *     diffusers scheduling_tcd.py
 */
final class Tcd implements Sampler {
    private final NoiseSchedule schedule;
    private final double[] timesteps;
    private final double eta;

    Tcd(NoiseSchedule schedule, Steps steps) {
        this.schedule = schedule;
        this.timesteps = steps.distilledTimesteps(schedule);
        this.eta = steps.settings().eta();
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
        double alphaBar = schedule.alphaBar((int) timesteps[step]);
        double alpha = Math.sqrt(alphaBar);
        double sigma = Math.sqrt(1 - alphaBar);
        boolean last = step == timesteps.length - 1;
        int next = last ? 0 : (int) timesteps[step + 1];
        int below = (int) Math.floor((float) (1 - eta) * next); // in float32, as in diffusers, because it is rounded
        NDArray x0 = schedule.prediction().predictedOriginal(x, output, alpha, sigma);
        NDArray epsilon = schedule.prediction().predictedNoise(x, output, alpha, sigma);
        NDArray moved = schedule.addNoise(x0, epsilon, below);
        if (eta == 0 || last) {
            return moved;
        }
        double kept = schedule.alphaBar(next) / schedule.alphaBar(below);
        return moved.mul(Math.sqrt(kept)).add(state.noise(x).mul(Math.sqrt(1 - kept)));
    }
}
