// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;
import io.lorafleet.diffusion.weights.ModelConfig;
import java.util.List;
import java.util.Locale;

/**
 * How noise was added when the model was trained, from diffusers' {@code scheduler/scheduler_config.json}.
 *
 * @param alphaBar of each training timestep, the share of the image that is left: the product of 1 - beta up to there
 * @param prediction what the model's output means
 * @param spacing which training timesteps a sampler visits
 * @param stepsOffset added to the timesteps of leading spacing
 * @param finalAlphaBar what DDIM takes beyond the last timestep
 * @param clipSample bound on the predicted image, or infinity for none
 * @param karrasSigmas whether the folder's sampler spaces its noise levels as Karras et al. do
 * @param schedulerClass the class that the folder names, such as {@code DDIMScheduler}
 */
public record NoiseSchedule(
        double[] alphaBar,
        PredictionType prediction,
        Spacing spacing,
        int stepsOffset,
        double finalAlphaBar,
        double clipSample,
        boolean karrasSigmas,
        String schedulerClass) {

    /** Which of the training timesteps a sampler visits (Lin et al. 2023, table 2). */
    public enum Spacing {
        LINSPACE,
        LEADING,
        TRAILING
    }

    public static NoiseSchedule of(ModelConfig config) {
        return of(config, config.text("_class_name", "DDIMScheduler"));
    }

    /** @param schedulerClass in place of the one that the config names */
    public static NoiseSchedule of(ModelConfig config, String schedulerClass) {
        config.requireUnused("trained_betas");
        config.requireUnused("thresholding");
        config.requireUnused("rescale_betas_zero_snr");
        config.requireUnused("use_exponential_sigmas");
        config.requireUnused("use_beta_sigmas");
        config.requireUnused("use_flow_sigmas");
        config.requireUnused("use_lu_lambdas");
        config.requireUnused("euler_at_final");
        config.requireOneOf("skip_prk_steps", true);
        config.requireOneOf("solver_order", 2);
        config.requireOneOf("solver_type", "midpoint", "bh2");
        config.requireOneOf("algorithm_type", "dpmsolver++");
        config.requireOneOf("predict_x0", true);
        config.requireOneOf("prediction_type", "epsilon", "v_prediction");
        config.requireOneOf("timestep_spacing", "linspace", "leading", "trailing");
        config.requireOneOf("interpolation_type", "linear");
        config.requireOneOf("final_sigmas_type", "zero");
        // What diffusers' classes assume where a config is silent.
        boolean leads =
                List.of("DDIMScheduler", "PNDMScheduler", "LCMScheduler").contains(schedulerClass);
        String spacing = leads ? "leading" : "linspace";
        boolean clips = schedulerClass.equals("DDIMScheduler");
        double[] alphaBar = alphaBar(config);
        return new NoiseSchedule(
                alphaBar,
                PredictionType.valueOf(config.text("prediction_type", "epsilon").toUpperCase(Locale.ROOT)),
                Spacing.valueOf(config.text("timestep_spacing", spacing).toUpperCase(Locale.ROOT)),
                config.integer("steps_offset", 0),
                config.flag("set_alpha_to_one", true) ? 1 : alphaBar[0],
                config.flag("clip_sample", clips) ? config.number("clip_sample_range", 1) : Double.POSITIVE_INFINITY,
                config.flag("use_karras_sigmas", false),
                schedulerClass);
    }

    private static double[] alphaBar(ModelConfig config) {
        config.requireOneOf("beta_schedule", "linear", "scaled_linear", "squaredcos_cap_v2");
        int count = config.integer("num_train_timesteps", 1000);
        // diffusers' defaults; Stable Diffusion's own are 0.00085 and 0.012, scaled linear.
        double first = config.number("beta_start", 0.0001);
        double last = config.number("beta_end", 0.02);
        String kind = config.text("beta_schedule", "linear");
        double[] alphaBar = new double[count];
        double product = 1;
        for (int t = 0; t < count; t++) {
            double along = count == 1 ? 0 : (double) t / (count - 1);
            double beta = switch (kind) {
                case "linear" -> first + along * (last - first);
                case "scaled_linear" -> square(Math.sqrt(first) + along * (Math.sqrt(last) - Math.sqrt(first)));
                // Nichol and Dhariwal 2021, equation 17; 0.999 keeps the last step finite.
                default -> Math.min(1 - cosine((t + 1.0) / count) / cosine((double) t / count), 0.999);
            };
            product *= 1 - beta;
            alphaBar[t] = product;
        }
        return alphaBar;
    }

    private static double cosine(double x) {
        return square(Math.cos((x + 0.008) / 1.008 * Math.PI / 2));
    }

    private static double square(double x) {
        return x * x;
    }

    /** @return the share of the image at a timestep; beyond the last one, what the config sets for it */
    double alphaBar(int timestep) {
        return timestep < 0 ? finalAlphaBar : alphaBar[timestep];
    }

    /** @return noise laid over a clean latent, as much as there is at a timestep, in the model's own scale */
    NDArray noised(NDArray clean, NDArray noise, int timestep) {
        double alphaBar = alphaBar(timestep);
        return clean.mul(Math.sqrt(alphaBar)).add(noise.mul(Math.sqrt(1 - alphaBar)));
    }

    /**
     * @param x a noisy latent, in the model's own scale
     * @param output what the model said of it, after guidance
     * @param timestep that it was asked about; one between two of training counts as the nearest
     * @return the clean latent that the output stands for
     */
    public NDArray predicted(NDArray x, NDArray output, double timestep) {
        double alphaBar = alphaBar((int) Math.rint(timestep));
        return clipped(prediction.image(x, output, Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar)));
    }

    /** @return a predicted image, within the bound if there is one */
    NDArray clipped(NDArray image) {
        return clipSample == Double.POSITIVE_INFINITY ? image : image.clip(-clipSample, clipSample);
    }

    public int trainTimesteps() {
        return alphaBar.length;
    }

    /**
     * The timesteps of a sampler with so many steps, from the noisiest.
     *
     * @param round whether linspace gives whole timesteps, as DDIM needs and Euler does not
     */
    double[] timesteps(int steps, boolean round) {
        return timesteps(steps, steps, round);
    }

    /** The form of the multistep solvers: one step more is laid out, and its last timestep left out. */
    double[] timestepsWithoutLast(int steps) {
        return timesteps(steps, spacing == Spacing.TRAILING ? steps : steps + 1, true);
    }

    /** @param laidOut timesteps over the whole range, of which the first {@code steps} are taken */
    private double[] timesteps(int steps, int laidOut, boolean round) {
        int train = trainTimesteps();
        if (steps < 1 || laidOut > train) {
            throw new IllegalArgumentException(
                    "steps: expected 1 to " + (train + steps - laidOut) + ", found " + steps);
        }
        double[] timesteps = new double[steps];
        for (int i = 0; i < steps; i++) {
            int fromEnd = laidOut - 1 - i;
            timesteps[i] = switch (spacing) {
                case LINSPACE -> {
                    double t = laidOut == 1 ? 0 : (double) fromEnd * (train - 1) / (laidOut - 1);
                    yield round ? Math.rint(t) : t;
                }
                // With as many steps as training timesteps, the offset would lead beyond the last.
                case LEADING -> Math.min(fromEnd * (train / laidOut) + stepsOffset, train - 1);
                case TRAILING -> Math.rint(train - i * ((double) train / laidOut)) - 1;
            };
        }
        return timesteps;
    }
}
