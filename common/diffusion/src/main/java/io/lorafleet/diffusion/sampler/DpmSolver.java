// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/**
 * DPM-Solver++ (2M): a second-order multistep solver whose first and last steps are first-order.
 *
 * @see <a href="https://arxiv.org/abs/2211.01095">Lu et al. 2022</a>, algorithm 2; diffusers
 *     scheduling_dpmsolver_multistep.py
 */
final class DpmSolver implements Sampler {
    private final NoiseSchedule schedule;
    private final Sigmas sigmas;

    private DpmSolver(NoiseSchedule schedule, Sigmas sigmas) {
        this.schedule = schedule;
        this.sigmas = sigmas;
    }

    static DpmSolver plain(NoiseSchedule schedule, Steps steps) {
        return new DpmSolver(schedule, Sigmas.at(steps.timestepsWithoutLast(schedule), schedule));
    }

    static DpmSolver karras(NoiseSchedule schedule, Steps steps) {
        double largest = Sigmas.sigma(schedule, schedule.trainTimesteps() - 1);
        double smallest = Sigmas.sigma(schedule, 0);
        Sigmas whole = Sigmas.karras(steps.count(), largest, smallest, schedule, true);
        return new DpmSolver(schedule, whole.from(steps.first()));
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
        double h = sigmas.lambda(step + 1) - sigmas.lambda(step);
        double change = -sigmas.alpha(step + 1) * Math.expm1(-h);
        NDArray next =
                x.mul(sigmas.scaledSigma(step + 1) / sigmas.scaledSigma(step)).add(x0.mul(change));
        boolean last = step == sigmas.timesteps().length - 1;
        if (step > 0 && !last) {
            double r = (sigmas.lambda(step) - sigmas.lambda(step - 1)) / h;
            next = next.add(x0.sub(state.output(0)).mul(change / (2 * r)));
        }
        state.keepOutput(x0, 1);
        return next;
    }
}
