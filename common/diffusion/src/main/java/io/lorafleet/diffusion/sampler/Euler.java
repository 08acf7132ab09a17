// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/**
 * Euler's method on the probability-flow ODE, in the variance-exploding scale: latent plus sigma times noise. The
 * ancestral variant steps below the next noise level, then adds new noise to reach that level.
 *
 * @see <a href="https://arxiv.org/abs/2206.00364">Karras et al. 2022</a>, algorithm 1; diffusers
 *     scheduling_euler_discrete.py and scheduling_euler_ancestral_discrete.py
 */
final class Euler implements Sampler {
    private final NoiseSchedule schedule;
    private final Sigmas sigmas;
    private final boolean ancestral;

    private Euler(NoiseSchedule schedule, Sigmas sigmas, boolean ancestral) {
        this.schedule = schedule;
        this.sigmas = sigmas;
        this.ancestral = ancestral;
    }

    static Euler plain(NoiseSchedule schedule, Steps steps) {
        return new Euler(schedule, steps.sigmas(schedule), false);
    }

    static Euler ancestral(NoiseSchedule schedule, Steps steps) {
        return new Euler(schedule, steps.sigmas(schedule), true);
    }

    static Euler karras(NoiseSchedule schedule, Steps steps) {
        Sigmas spaced = Sigmas.at(schedule.timesteps(steps.count(), false), schedule);
        Sigmas whole = Sigmas.karras(steps.count(), spaced.largest(), spaced.smallest(), schedule, false);
        return new Euler(schedule, whole.from(steps.first()), false);
    }

    @Override
    public double[] timesteps() {
        return sigmas.timesteps().clone();
    }

    @Override
    public double initialNoiseScale() {
        return sigmas.initialNoiseScale(schedule.spacing());
    }

    @Override
    public NDArray addNoise(NDArray clean, NDArray noise, int step) {
        return clean.add(noise.mul(sigmas.values()[step]));
    }

    @Override
    public NDArray modelInput(NDArray latent, int step) {
        return latent.mul(sigmas.alpha(step));
    }

    @Override
    public NDArray step(NDArray x, NDArray output, int step, SamplerState state) {
        double sigma = sigmas.values()[step];
        double next = sigmas.values()[step + 1];
        double up = ancestral ? Math.sqrt(next * next * (sigma * sigma - next * next) / (sigma * sigma)) : 0;
        double down = Math.sqrt(next * next - up * up);
        NDArray noise = schedule.prediction()
                .predictedNoise(modelInput(x, step), output, sigmas.alpha(step), sigmas.scaledSigma(step));
        NDArray moved = x.add(noise.mul(down - sigma));
        return ancestral ? moved.add(state.noise(x).mul(up)) : moved;
    }
}
