// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/**
 * Pseudo linear multistep (PLMS): the noise is extrapolated from up to four model outputs. The model is evaluated twice
 * at the second timestep, so there is one more model evaluation than there are steps, unless there is only one step.
 *
 * <p>A schedule that starts later repeats its own second timestep. diffusers instead truncates its list of timesteps,
 * which already contains the repeated timestep, and therefore treats the latent as if it were one step further along.
 *
 * @see <a href="https://arxiv.org/abs/2202.09778">Liu et al. 2022</a>, equations 9 and 12; diffusers scheduling_pndm.py
 *     with skip_prk_steps
 */
final class Pndm implements Sampler {
    private static final int OUTPUTS = 4;

    private final NoiseSchedule schedule;
    private final double[] timesteps;
    private final int stride;

    Pndm(NoiseSchedule schedule, Steps steps) {
        this.schedule = schedule.withoutRescaling();
        this.stride = schedule.trainTimesteps() / steps.count();
        double[] once = steps.timesteps(schedule, true);
        this.timesteps = once.length == 1 ? once : secondTwice(once);
    }

    @Override
    public double[] timesteps() {
        return timesteps.clone();
    }

    @Override
    public int steps() {
        return timesteps.length == 1 ? 1 : timesteps.length - 1;
    }

    @Override
    public int evaluationsBefore(int step) {
        return step == 0 || timesteps.length == 1 ? step : step + 1;
    }

    private static double[] secondTwice(double[] once) {
        double[] timesteps = new double[once.length + 1];
        System.arraycopy(once, 0, timesteps, 0, 2);
        System.arraycopy(once, 1, timesteps, 2, once.length - 1);
        return timesteps;
    }

    @Override
    public NDArray addNoise(NDArray clean, NDArray noise, int step) {
        return schedule.addNoise(clean, noise, (int) timesteps[step]);
    }

    @Override
    public NDArray step(NDArray x, NDArray output, int step, SamplerState state) {
        int t = (int) timesteps[step];
        if (step == 1) {
            // Repeats the first step with the mean of the outputs at both of its ends.
            NDArray mean = output.add(state.output(0)).div(2);
            return transfer(state.sample(), mean, t + stride, t);
        }
        state.keepOutput(output, OUTPUTS);
        if (step == 0) {
            state.keepSample(x);
        }
        return transfer(x, extrapolated(state), t, t - stride);
    }

    /** Adams-Bashforth extrapolation, of the highest order that the number of outputs allows. */
    private static NDArray extrapolated(SamplerState h) {
        return switch (h.outputs()) {
            case 1 -> h.output(0);
            case 2 -> h.output(0).mul(3).sub(h.output(1)).div(2);
            case 3 ->
                h.output(0)
                        .mul(23)
                        .sub(h.output(1).mul(16))
                        .add(h.output(2).mul(5))
                        .div(12);
            default ->
                h.output(0)
                        .mul(55)
                        .sub(h.output(1).mul(59))
                        .add(h.output(2).mul(37))
                        .sub(h.output(3).mul(9))
                        .div(24);
        };
    }

    private NDArray transfer(NDArray x, NDArray output, int from, int to) {
        double a = schedule.alphaBar(from);
        double b = schedule.alphaBar(to);
        NDArray noise = schedule.prediction().predictedNoise(x, output, Math.sqrt(a), Math.sqrt(1 - a));
        double divisor = a * Math.sqrt(1 - b) + Math.sqrt(a * (1 - a) * b);
        return x.mul(Math.sqrt(b / a)).sub(noise.mul((b - a) / divisor));
    }
}
