// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;

/**
 * The noise levels of a sampling schedule, from the highest to 0, and their timesteps.
 *
 * <p>sigma is the noise level in the variance-exploding scale: sqrt((1 - alphaBar) / alphaBar).
 *
 * @param timesteps timestep of each step; may be fractional
 * @param values sigma of each step, and the final sigma, which is 0 for most samplers
 */
record Sigmas(double[] timesteps, double[] values) {
    /** Exponent that concentrates the steps at small sigmas (Karras et al. 2022, equation 5). */
    private static final double RHO = 7;
    /** diffusers' replacement for an alpha bar of 0, which keeps sigma finite. */
    private static final double MIN_ALPHA_BAR = Math.scalb(1.0, -24);

    /** The sigmas of these timesteps, interpolated between whole timesteps. */
    static Sigmas at(double[] timesteps, NoiseSchedule schedule) {
        double[] values = new double[timesteps.length + 1];
        for (int i = 0; i < timesteps.length; i++) {
            values[i] = interpolate(schedule, timesteps[i]);
        }
        return new Sigmas(timesteps, values);
    }

    /**
     * Sigmas spaced as in Karras et al., from the largest to the smallest.
     *
     * @param round whether timesteps are rounded to whole timesteps
     */
    static Sigmas karras(int steps, double largest, double smallest, NoiseSchedule schedule, boolean round) {
        if (steps < 1 || steps > schedule.trainTimesteps()) {
            throw new IllegalArgumentException(
                    "steps: expected 1 to " + schedule.trainTimesteps() + ", found " + steps);
        }
        double[] values = new double[steps + 1];
        double[] timesteps = new double[steps];
        double[] logs = logs(schedule);
        double from = Math.pow(largest, 1 / RHO);
        double to = Math.pow(smallest, 1 / RHO);
        for (int i = 0; i < steps; i++) {
            double along = steps == 1 ? 0 : (double) i / (steps - 1);
            values[i] = Math.pow(from + along * (to - from), RHO);
            double timestep = timestepOf(values[i], logs);
            timesteps[i] = round ? Math.rint(timestep) : timestep;
        }
        return new Sigmas(timesteps, values);
    }

    /** The given sigmas, with the timesteps that have these noise levels. */
    static Sigmas explicit(double[] values, NoiseSchedule schedule) {
        double[] logs = logs(schedule);
        double[] timesteps = new double[values.length - 1];
        Arrays.setAll(timesteps, i -> timestepOf(values[i], logs));
        return new Sigmas(timesteps, values);
    }

    /** @return the sigmas with another final value */
    Sigmas endingAt(double last) {
        double[] ending = values.clone();
        ending[ending.length - 1] = last;
        return new Sigmas(timesteps, ending);
    }

    /** @return the sigmas from this step onward */
    Sigmas from(int startStep) {
        return new Sigmas(
                Arrays.copyOfRange(timesteps, startStep, timesteps.length),
                Arrays.copyOfRange(values, startStep, values.length));
    }

    double largest() {
        return values[0];
    }

    double smallest() {
        return values[timesteps.length - 1];
    }

    /**
     * @return the factor that scales unit noise to the first latent of a sampler in the variance-exploding scale, as in
     *     diffusers
     */
    double initialNoiseScale(NoiseSchedule.Spacing spacing) {
        return spacing == NoiseSchedule.Spacing.LEADING ? Math.sqrt(largest() * largest() + 1) : largest();
    }

    /** @return alpha at this step: the factor applied to the original sample in the variance-preserving scale */
    double alpha(int step) {
        return alphaOf(values[step]);
    }

    /** @return alpha at this noise level */
    static double alphaOf(double sigma) {
        return 1 / Math.sqrt(sigma * sigma + 1);
    }

    /** @return the factor applied to the noise at this step in the variance-preserving scale */
    double scaledSigma(int step) {
        return values[step] * alpha(step);
    }

    /**
     * Like {@link NoiseSchedule#addNoise}, with the noise level before a step. The level is given by sigma, because it
     * may lie between the levels of two training timesteps.
     */
    NDArray addNoise(NDArray clean, NDArray noise, int step) {
        return clean.mul(alpha(step)).add(noise.mul(scaledSigma(step)));
    }

    /** @return half the logarithm of the signal-to-noise ratio; infinite where the noise is 0 */
    double lambda(int step) {
        return -Math.log(values[step]);
    }

    private static double interpolate(NoiseSchedule schedule, double timestep) {
        int below = (int) Math.floor(timestep);
        int above = Math.min(below + 1, schedule.trainTimesteps() - 1);
        double along = timestep - below;
        return sigma(schedule, below) * (1 - along) + sigma(schedule, above) * along;
    }

    /** @return the timestep of a sigma, which may be fractional */
    static double timestepOf(double sigma, NoiseSchedule schedule) {
        return timestepOf(sigma, logs(schedule));
    }

    private static double[] logs(NoiseSchedule schedule) {
        double[] logs = new double[schedule.trainTimesteps()];
        Arrays.setAll(logs, t -> Math.log(sigma(schedule, t)));
        return logs;
    }

    /**
     * Finds the timestep of a sigma by interpolation of log sigma, as diffusers does.
     *
     * @param logs log sigma of every training timestep
     */
    private static double timestepOf(double sigma, double[] logs) {
        double log = Math.log(Math.max(sigma, 1e-10));
        int low = 0;
        while (low < logs.length - 2 && logs[low + 1] <= log) {
            low++;
        }
        double along = (logs[low] - log) / (logs[low] - logs[low + 1]);
        return low + Math.min(Math.max(along, 0), 1);
    }

    static double sigma(NoiseSchedule schedule, int timestep) {
        double alphaBar = Math.max(schedule.alphaBar()[timestep], MIN_ALPHA_BAR);
        return Math.sqrt((1 - alphaBar) / alphaBar);
    }
}
