// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;

/**
 * The noise levels that a sampler goes through, from the noisiest to 0, with the timesteps where the model knows them.
 *
 * <p>sigma is the noise in the scale where the image is added to it: sqrt((1 - alphaBar) / alphaBar).
 *
 * @param values one more than timesteps; the last is 0
 */
record Sigmas(double[] timesteps, double[] values) {
    /** How much more of the steps go to small sigmas (Karras et al. 2022, equation 5). */
    private static final double RHO = 7;

    /** The sigmas at these timesteps, which may lie between whole ones. */
    static Sigmas at(double[] timesteps, NoiseSchedule schedule) {
        double[] values = new double[timesteps.length + 1];
        for (int i = 0; i < timesteps.length; i++) {
            values[i] = interpolate(schedule, timesteps[i]);
        }
        return new Sigmas(timesteps, values);
    }

    /**
     * Karras' spacing from the largest to the smallest.
     *
     * @param round whether the model is asked about whole timesteps only
     */
    static Sigmas karras(int steps, double largest, double smallest, NoiseSchedule schedule, boolean round) {
        if (steps < 1 || steps > schedule.trainTimesteps()) {
            throw new IllegalArgumentException(
                    "steps: expected 1 to " + schedule.trainTimesteps() + ", found " + steps);
        }
        double[] values = new double[steps + 1];
        double[] timesteps = new double[steps];
        double[] logs = new double[schedule.trainTimesteps()];
        Arrays.setAll(logs, t -> Math.log(sigma(schedule, t)));
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

    /** @return these without the first, noisiest ones */
    Sigmas without(int skipped) {
        return new Sigmas(
                Arrays.copyOfRange(timesteps, skipped, timesteps.length),
                Arrays.copyOfRange(values, skipped, values.length));
    }

    double largest() {
        return values[0];
    }

    double smallest() {
        return values[timesteps.length - 1];
    }

    /** @return the image's share at this step in the model's own scale, where image and noise add up to variance 1 */
    double alpha(int step) {
        return 1 / Math.sqrt(values[step] * values[step] + 1);
    }

    /** @return the noise's share at this step in the model's own scale */
    double scaledSigma(int step) {
        return values[step] * alpha(step);
    }

    /** @return noise laid over a clean latent, as much as there is at the first step, in the model's own scale */
    NDArray noised(NDArray clean, NDArray noise) {
        return clean.mul(alpha(0)).add(noise.mul(scaledSigma(0)));
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

    /** The inverse of interpolation, in the logarithm, as diffusers has it. @param logs of every timestep's sigma */
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
        double alphaBar = schedule.alphaBar()[timestep];
        return Math.sqrt((1 - alphaBar) / alphaBar);
    }
}
