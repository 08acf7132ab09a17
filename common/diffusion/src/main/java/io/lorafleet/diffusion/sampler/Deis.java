// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/**
 * DEIS (2): an exponential integrator that extrapolates the noise from two model outputs, as a polynomial of log sigma.
 * The last step ends at the noise level of timestep 0, as in diffusers.
 *
 * @see <a href="https://arxiv.org/abs/2204.13902">Zhang and Chen 2023</a>, log-rho AB-DEIS; diffusers
 *     scheduling_deis_multistep.py with solver_order 2
 */
final class Deis implements Sampler {
    private static final int ORDER = 2;
    /** With fewer steps, diffusers makes the last step first-order (lower_order_final). */
    private static final int FEW_STEPS = 15;

    private final NoiseSchedule schedule;
    private final Sigmas sigmas;
    private final boolean few;

    Deis(NoiseSchedule schedule, Steps steps) {
        this.schedule = schedule.withoutRescaling();
        Sigmas spaced = Sigmas.at(steps.timestepsWithoutLast(this.schedule), this.schedule);
        this.sigmas = spaced.endingAt(Sigmas.sigma(this.schedule, 0));
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
        NDArray noise = schedule.prediction().predictedNoise(x, output, sigmas.alpha(step), sigmas.scaledSigma(step));
        state.keepOutput(noise, ORDER);
        NDArray scaled = x.div(sigmas.alpha(step)); // the variance-exploding scale
        boolean lastOfFew = few && step == steps() - 1;
        NDArray change = step == 0 || lastOfFew
                ? noise.mul(sigmas.values()[step + 1] - sigmas.values()[step])
                : noise.mul(weight(step, step, step - 1)).add(state.output(1).mul(weight(step, step - 1, step)));
        return scaled.add(change).mul(sigmas.alpha(step + 1));
    }

    /** @return the integral over the step of the line in log sigma that is 1 at step {@code one} and 0 at {@code zero} */
    private double weight(int step, int one, int zero) {
        return antiderivative(step + 1, one, zero) - antiderivative(step, one, zero);
    }

    private double antiderivative(int at, int one, int zero) {
        double sigma = sigmas.values()[at];
        double logOne = Math.log(sigmas.values()[one]);
        double logZero = Math.log(sigmas.values()[zero]);
        return sigma * (Math.log(sigma) - logZero - 1) / (logOne - logZero);
    }
}
