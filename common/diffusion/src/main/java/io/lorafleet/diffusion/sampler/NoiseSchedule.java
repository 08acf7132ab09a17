// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;
import io.lorafleet.diffusion.weights.ModelConfig;

/**
 * The noise schedule used in training, from diffusers' {@code scheduler/scheduler_config.json}.
 *
 * @param alphaBar alphas_cumprod: for each training timestep, the product of 1 - beta up to that timestep; the last is 0
 *     if the config rescales the betas to a zero terminal signal-to-noise ratio
 * @param plainAlphaBar the same values before they were rescaled
 * @param prediction prediction type of the model
 * @param spacing spacing of the sampler's timesteps
 * @param stepsOffset offset that leading spacing adds to the timesteps
 * @param finalAlphaBar alpha bar after the last step
 * @param clipSample bound on the predicted original sample; infinity for no bound
 * @param sampler sampler that the config selects
 */
public record NoiseSchedule(
        double[] alphaBar,
        double[] plainAlphaBar,
        PredictionType prediction,
        Spacing spacing,
        int stepsOffset,
        double finalAlphaBar,
        double clipSample,
        SamplerKind sampler) {

    /** Number of solver steps that are used to distill few-step models (diffusers: original_inference_steps). */
    static final int DISTILLED_STEPS = 50;

    /** How a sampler's timesteps are spaced over the training timesteps (Lin et al. 2023, table 2). */
    public enum Spacing {
        LINSPACE,
        LEADING,
        TRAILING
    }

    /** @throws io.lorafleet.diffusion.weights.ModelFileException if the config uses an unsupported option */
    public static NoiseSchedule of(ModelConfig config) {
        return of(config, config.text("_class_name"));
    }

    /**
     * @param schedulerClass scheduler class, which overrides the one in the config
     * @throws io.lorafleet.diffusion.weights.ModelFileException if the class is not supported, if the config uses an
     *     unsupported option, or if it has a field that is not known
     */
    public static NoiseSchedule of(ModelConfig config, String schedulerClass) {
        return new SchedulerConfig(config, schedulerClass).read();
    }

    /** @return the schedule for a sampler that does not know of rescaled betas: diffusers' PNDM ignores this option */
    NoiseSchedule withoutRescaling() {
        return new NoiseSchedule(
                plainAlphaBar, plainAlphaBar, prediction, spacing, stepsOffset, finalAlphaBar, clipSample, sampler);
    }

    /** @return the schedule with another spacing of the timesteps */
    NoiseSchedule withSpacing(Spacing other) {
        return new NoiseSchedule(
                alphaBar, plainAlphaBar, prediction, other, stepsOffset, finalAlphaBar, clipSample, sampler);
    }

    /** @return alpha bar at a timestep; {@link #finalAlphaBar} for a negative timestep */
    double alphaBar(int timestep) {
        return timestep < 0 ? finalAlphaBar : alphaBar[timestep];
    }

    /**
     * Adds noise: {@code sqrt(alphaBar) clean + sqrt(1 - alphaBar) noise} (diffusers: add_noise).
     *
     * @param clean latent without noise, of any shape
     * @param noise unit noise of the same shape
     * @param timestep training timestep; {@link #finalAlphaBar} applies if it is negative
     * @return the noisy latent, in the variance-preserving scale of the model
     */
    public NDArray addNoise(NDArray clean, NDArray noise, int timestep) {
        double alphaBar = alphaBar(timestep);
        return clean.mul(Math.sqrt(alphaBar)).add(noise.mul(Math.sqrt(1 - alphaBar)));
    }

    /**
     * @return the output that a perfect model would return for the result of {@link #addNoise} with the same arguments
     */
    public NDArray target(NDArray clean, NDArray noise, int timestep) {
        double alphaBar = alphaBar(timestep);
        return prediction.target(clean, noise, Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar));
    }

    /**
     * @param x noisy latent, in the variance-preserving scale of the model
     * @param output model output for {@code x}, after guidance
     * @param timestep timestep of the model evaluation; a fractional timestep is rounded to the nearest training
     *     timestep
     * @return the predicted original sample (diffusers: pred_original_sample)
     */
    public NDArray predictedOriginal(NDArray x, NDArray output, double timestep) {
        double alphaBar = alphaBar((int) Math.rint(timestep));
        return clipped(prediction.predictedOriginal(x, output, Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar)));
    }

    /** @return a predicted original sample, clipped to the bound if there is one */
    NDArray clipped(NDArray original) {
        return clipSample == Double.POSITIVE_INFINITY ? original : original.clip(-clipSample, clipSample);
    }

    /** @return the number of training timesteps */
    public int trainTimesteps() {
        return alphaBar.length;
    }

    /**
     * The timesteps of a sampler with the given number of steps, highest noise first.
     *
     * @param round whether linspace rounds to whole timesteps; DDIM needs whole timesteps, but Euler does not
     */
    double[] timesteps(int steps, boolean round) {
        return timesteps(steps, steps, round);
    }

    /**
     * The multistep solvers' timesteps: those of a schedule with one more step, without the last timestep. With
     * trailing spacing, there is no additional step.
     */
    double[] timestepsWithoutLast(int steps) {
        return timesteps(steps, spacing == Spacing.TRAILING ? steps : steps + 1, true);
    }

    /**
     * The timesteps of samplers for distilled models: every {@code DISTILLED_STEPS / steps}-th of the timesteps that
     * were used to distill the model.
     */
    double[] distilledTimesteps(int steps) {
        if (steps < 1 || steps > DISTILLED_STEPS) {
            throw new IllegalArgumentException(
                    "steps: expected 1 to " + DISTILLED_STEPS + " with a sampler for few-step models, found " + steps);
        }
        double[] timesteps = new double[steps];
        int stride = trainTimesteps() / DISTILLED_STEPS;
        for (int i = 0; i < steps; i++) {
            int fromNoisiest = (int) Math.floor((double) i * DISTILLED_STEPS / steps);
            timesteps[i] = (double) (DISTILLED_STEPS - fromNoisiest) * stride - 1;
        }
        return timesteps;
    }

    /** @param total number of timesteps over the whole range; only the first {@code steps} are used */
    private double[] timesteps(int steps, int total, boolean round) {
        int train = trainTimesteps();
        if (steps < 1 || total > train) {
            throw new IllegalArgumentException("steps: expected 1 to " + (train + steps - total) + ", found " + steps);
        }
        double[] timesteps = new double[steps];
        for (int i = 0; i < steps; i++) {
            int fromEnd = total - 1 - i;
            timesteps[i] = switch (spacing) {
                case LINSPACE -> {
                    double t = total == 1 ? 0 : (double) fromEnd * (train - 1) / (total - 1);
                    yield round ? Math.rint(t) : t;
                }
                // Even with the offset, no timestep may exceed the last training timestep.
                case LEADING -> Math.min(fromEnd * (train / total) + stepsOffset, train - 1);
                case TRAILING -> Math.rint(train - i * ((double) train / total)) - 1;
            };
        }
        return timesteps;
    }
}
