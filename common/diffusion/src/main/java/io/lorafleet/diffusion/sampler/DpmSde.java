// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/**
 * DPM-Solver++ SDE: a stochastic solver that evaluates the model a second time in the middle of each step, on a
 * logarithmic scale of the noise levels. The last step, to noise level 0, is a step of Euler's method.
 *
 * <p>The noise of a whole step and the noise of its first half belong to the same Brownian motion over the noise levels.
 * diffusers draws them from a tree of the package torchsde, with a seed of its own. Here, the two halves' increments,
 * which are independent, are drawn in order from the image's seed, and the whole step's noise is their sum.
 *
 * @see <a href="https://arxiv.org/abs/2211.01095">Lu et al. 2022</a>; k-diffusion's {@code sample_dpmpp_sde}, of which
 *     diffusers scheduling_dpmsolver_sde.py (DPMSolverSDEScheduler) is a port
 */
final class DpmSde implements TwoEvaluations {
    private final NoiseSchedule schedule;
    private final Sigmas sigmas;

    DpmSde(NoiseSchedule schedule, Steps steps) {
        this.schedule = schedule.withoutRescaling();
        this.sigmas = steps.sigmas(this.schedule);
    }

    @Override
    public Sigmas sigmas() {
        return sigmas;
    }

    @Override
    public double secondTimestep(int step) {
        return Sigmas.timestepOf(secondSigma(step), schedule);
    }

    /** @return the geometric mean of the noise levels at the ends of the step */
    @Override
    public double secondSigma(int step) {
        return Math.sqrt(sigmas.values()[step] * sigmas.values()[step + 1]);
    }

    @Override
    public NoiseSchedule.Spacing spacing() {
        return schedule.spacing();
    }

    @Override
    public NDArray step(NDArray x, NDArray output, int evaluation, SamplerState state) {
        int step = evaluation / 2;
        double from = sigmas.values()[step];
        double next = sigmas.values()[step + 1];
        NDArray x0 = predictedOriginal(schedule.prediction(), x, output, evaluation);
        if (next == 0) {
            return x0; // Euler's method: x + (x - x0) / from * (0 - from)
        }
        double middle = secondSigma(step);
        if (isFirst(evaluation)) {
            NDArray noise = state.noise(x);
            state.keepSample(x);
            state.keepOutput(noise, 1);
            return moved(x, x0, from, middle, noise);
        }
        NDArray whole = state.output(0)
                .mul(Math.sqrt(from - middle))
                .add(state.noise(x).mul(Math.sqrt(middle - next)))
                .div(Math.sqrt(from - next));
        return moved(state.sample(), x0, from, next, whole);
    }

    /** Moves below the noise level {@code to}, then adds noise to reach it. */
    private static NDArray moved(NDArray x, NDArray x0, double from, double to, NDArray noise) {
        double up = Math.min(to, Math.sqrt(to * to * (from * from - to * to) / (from * from)));
        double kept = Math.sqrt(to * to - up * up) / from;
        return x.mul(kept).add(x0.mul(1 - kept)).add(noise.mul(up));
    }
}
