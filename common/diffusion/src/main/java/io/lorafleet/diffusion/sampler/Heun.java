// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/**
 * Heun's method on the probability-flow ODE, in the variance-exploding scale: each step evaluates the model at both of
 * its ends and moves along the mean slope. The last step, to noise level 0, has one evaluation.
 *
 * @see <a href="https://arxiv.org/abs/2206.00364">Karras et al. 2022</a>, algorithm 1; diffusers
 *     scheduling_heun_discrete.py
 */
final class Heun implements TwoEvaluations {
    private final NoiseSchedule schedule;
    private final Sigmas sigmas;

    Heun(NoiseSchedule schedule, Steps steps) {
        this.schedule = schedule.withoutRescaling();
        this.sigmas = steps.sigmas(this.schedule);
    }

    @Override
    public Sigmas sigmas() {
        return sigmas;
    }

    @Override
    public double secondTimestep(int step) {
        return sigmas.timesteps()[step + 1];
    }

    @Override
    public double secondSigma(int step) {
        return sigmas.values()[step + 1];
    }

    @Override
    public NoiseSchedule.Spacing spacing() {
        return schedule.spacing();
    }

    @Override
    public NDArray step(NDArray x, NDArray output, int evaluation, SamplerState state) {
        int step = evaluation / 2;
        double length = sigmas.values()[step + 1] - sigmas.values()[step];
        NDArray slope = x.sub(schedule.clipped(predictedOriginal(schedule.prediction(), x, output, evaluation)))
                .div(sigmaOf(evaluation));
        if (isFirst(evaluation)) {
            state.keepSample(x);
            state.keepOutput(slope, 1);
            return x.add(slope.mul(length));
        }
        NDArray mean = slope.add(state.output(0)).div(2);
        return state.sample().add(mean.mul(length));
    }
}
