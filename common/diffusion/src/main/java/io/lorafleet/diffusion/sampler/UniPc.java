// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/**
 * Second-order UniPC (bh2). Each step corrects the current latent with the model output at that latent, then predicts
 * the next latent.
 *
 * @see <a href="https://arxiv.org/abs/2302.04867">Zhao et al. 2023</a>, algorithms 5 and 6; diffusers
 *     scheduling_unipc_multistep.py
 */
final class UniPc implements Sampler {
    private static final int ORDER = 2;

    private final NoiseSchedule schedule;
    private final Sigmas sigmas;

    UniPc(NoiseSchedule schedule, Steps steps) {
        this.schedule = schedule;
        this.sigmas = Sigmas.at(steps.timestepsWithoutLast(schedule), schedule);
    }

    @Override
    public double[] timesteps() {
        return sigmas.timesteps().clone();
    }

    @Override
    public NDArray addNoise(NDArray clean, NDArray noise, int step) {
        return sigmas.addNoise(clean, noise, step);
    }

    @Override
    public NDArray step(NDArray x, NDArray output, int step, SamplerState state) {
        NDArray x0 = schedule.prediction().predictedOriginal(x, output, sigmas.alpha(step), sigmas.scaledSigma(step));
        NDArray corrected = step == 0 ? x : correct(x0, step, state);
        state.keepOutput(x0, ORDER);
        state.keepSample(corrected);
        return predict(corrected, step, state);
    }

    /**
     * The order is reduced at the first step, which has no earlier output, and at the last step, where little noise is
     * left.
     */
    private int order(int step) {
        return Math.min(Math.min(ORDER, sigmas.timesteps().length - step), step + 1);
    }

    private NDArray predict(NDArray x, int step, SamplerState state) {
        NDArray m0 = state.output(0);
        NDArray next = firstOrder(x, m0, step, step + 1);
        if (order(step) == 1) {
            return next;
        }
        double r = ratio(step - 1, step, step + 1);
        NDArray slope = state.output(1).sub(m0).div(r);
        return next.sub(slope.mul(0.5 * weight(step, step + 1)));
    }

    /** @param x0 predicted original sample at this step */
    private NDArray correct(NDArray x0, int step, SamplerState state) {
        int before = step - 1;
        NDArray m0 = state.output(0);
        NDArray again = firstOrder(state.sample(), m0, before, step);
        NDArray change = x0.sub(m0);
        double weight = weight(before, step);
        if (order(before) == 1) {
            return again.sub(change.mul(0.5 * weight));
        }
        // rho solves the order conditions: rho1 + rho2 = b1, rho1 r + rho2 = b2.
        double r = ratio(before - 1, before, step);
        double hh = sigmas.lambda(before) - sigmas.lambda(step);
        double phi1 = Math.expm1(hh);
        double phi2 = phi1 / hh - 1;
        double b1 = phi2 / phi1;
        double b2 = 2 * (phi2 / hh - 0.5) / phi1;
        double rho1 = (b1 - b2) / (1 - r);
        double rho2 = b1 - rho1;
        NDArray slope = state.output(1).sub(m0).div(r);
        return again.sub(slope.mul(rho1).add(change.mul(rho2)).mul(weight));
    }

    private NDArray firstOrder(NDArray x, NDArray m0, int from, int to) {
        return x.mul(sigmas.scaledSigma(to) / sigmas.scaledSigma(from)).sub(m0.mul(weight(from, to)));
    }

    /** alpha (e^-h - 1), where h is the step size in lambda. */
    private double weight(int from, int to) {
        return sigmas.alpha(to) * Math.expm1(sigmas.lambda(from) - sigmas.lambda(to));
    }

    /**
     * @return the ratio of the previous step's size to this step's size, in lambda; negative, because the previous step
     *     is measured backward
     */
    private double ratio(int before, int from, int to) {
        return (sigmas.lambda(before) - sigmas.lambda(from)) / (sigmas.lambda(to) - sigmas.lambda(from));
    }
}
