// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/**
 * DPM-Solver++ SDE (3M): a stochastic third-order multistep solver. The first steps and the last step have a lower
 * order, and in schedules with few steps, so does the last step but one.
 *
 * @see <a href="https://arxiv.org/abs/2211.01095">Lu et al. 2022</a>; diffusers scheduling_dpmsolver_multistep.py with
 *     algorithm_type sde-dpmsolver++ and solver_order 3
 */
final class DpmSdeMultistep implements Sampler {
    static final int ORDER = 3;
    /** With fewer steps, diffusers reduces the order of the last step but one (lower_order_final). */
    private static final int FEW_STEPS = 15;

    private final NoiseSchedule schedule;
    private final Sigmas sigmas;
    private final boolean few;

    DpmSdeMultistep(NoiseSchedule schedule, Steps steps) {
        this.schedule = schedule;
        this.sigmas = Sigmas.at(steps.timestepsWithoutLast(schedule), schedule);
        this.few = steps.count() < FEW_STEPS;
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
        if (step == steps() - 1) {
            return x0; // the limit of the first-order step to noise level 0
        }
        state.keepOutput(x0, ORDER);
        double h = sigmas.lambda(step + 1) - sigmas.lambda(step);
        double alpha = sigmas.alpha(step + 1);
        double sigma = sigmas.scaledSigma(step + 1);
        double change = -Math.expm1(-2 * h);
        NDArray next = x.mul(sigma / sigmas.scaledSigma(step) * Math.exp(-h))
                .add(x0.mul(alpha * change))
                .add(state.noise(x).mul(sigma * Math.sqrt(change)));
        return switch (order(step)) {
            case 1 -> next;
            case 2 -> next.add(slope(step, state, 0).mul(alpha * change / 2));
            default -> next.add(thirdOrder(step, state, h).mul(alpha));
        };
    }

    private int order(int step) {
        int most = few && step == steps() - 2 ? 2 : ORDER;
        return Math.min(most, step + 1);
    }

    /** @return the change of the predicted original sample from step - back - 1 to step - back, per step size h */
    private NDArray slope(int step, SamplerState state, int back) {
        double h = sigmas.lambda(step + 1) - sigmas.lambda(step);
        double earlier = sigmas.lambda(step - back) - sigmas.lambda(step - back - 1);
        return state.output(back).sub(state.output(back + 1)).mul(h / earlier);
    }

    /** @return the terms of the first and second derivatives */
    private NDArray thirdOrder(int step, SamplerState state, double h) {
        double r0 = (sigmas.lambda(step) - sigmas.lambda(step - 1)) / h;
        double r1 = (sigmas.lambda(step - 1) - sigmas.lambda(step - 2)) / h;
        NDArray d0 = slope(step, state, 0);
        NDArray difference = d0.sub(slope(step, state, 1)).div(r0 + r1);
        NDArray first = d0.add(difference.mul(r0));
        double change = -Math.expm1(-2 * h);
        double phi1 = change / (-2 * h) + 1;
        double phi2 = (change - 2 * h) / (4 * h * h) - 0.5;
        return first.mul(phi1).add(difference.mul(phi2));
    }
}
