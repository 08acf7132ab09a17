package io.lorafleet.diffusion.sampler;

import io.lorafleet.diffusion.checkpoint.ModelConfig;

/**
 * How noise was added when the model was trained, from diffusers' {@code scheduler/scheduler_config.json}.
 *
 * @param alphaBar of each training timestep, the share of the picture that is left: the product of 1 - beta up to there
 * @param prediction what the model's output means
 * @param spacing which training timesteps a sampler visits
 * @param stepsOffset added to the timesteps of leading spacing
 * @param finalAlphaBar what DDIM takes beyond the last timestep
 * @param clipSample bound on the predicted picture, or infinity for none
 * @param schedulerClass the class that the folder names, such as {@code DDIMScheduler}
 */
public record NoiseSchedule(
        double[] alphaBar,
        Prediction prediction,
        Spacing spacing,
        int stepsOffset,
        double finalAlphaBar,
        double clipSample,
        String schedulerClass) {

    /** What the model's output means. */
    public enum Prediction {
        /** The noise. */
        EPSILON,
        /** sqrt(alphaBar) noise - sqrt(1 - alphaBar) picture (Salimans and Ho 2022). */
        V_PREDICTION
    }

    /** Which of the training timesteps a sampler visits (Lin et al. 2023, table 2). */
    public enum Spacing {
        LINSPACE,
        LEADING,
        TRAILING
    }

    public static NoiseSchedule of(ModelConfig config) {
        config.requireUnused("trained_betas");
        config.requireUnused("thresholding");
        config.requireUnused("rescale_betas_zero_snr");
        config.requireUnused("use_karras_sigmas");
        config.requireUnused("use_exponential_sigmas");
        config.requireUnused("use_beta_sigmas");
        config.requireOneOf("prediction_type", "epsilon", "v_prediction");
        config.requireOneOf("timestep_spacing", "linspace", "leading", "trailing");
        config.requireOneOf("interpolation_type", "linear");
        config.requireOneOf("final_sigmas_type", "zero");
        String schedulerClass = config.text("_class_name", "DDIMScheduler");
        // What diffusers' classes assume where a config is silent.
        String spacing = schedulerClass.startsWith("Euler") ? "linspace" : "leading";
        boolean clips = schedulerClass.equals("DDIMScheduler");
        double[] alphaBar = alphaBar(config);
        return new NoiseSchedule(
                alphaBar,
                Prediction.valueOf(config.text("prediction_type", "epsilon").toUpperCase(java.util.Locale.ROOT)),
                Spacing.valueOf(config.text("timestep_spacing", spacing).toUpperCase(java.util.Locale.ROOT)),
                config.integer("steps_offset", 0),
                config.flag("set_alpha_to_one", true) ? 1 : alphaBar[0],
                config.flag("clip_sample", clips) ? config.number("clip_sample_range", 1) : Double.POSITIVE_INFINITY,
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

    public int trainTimesteps() {
        return alphaBar.length;
    }

    /**
     * The timesteps of a sampler with so many steps, from the noisiest.
     *
     * @param round whether linspace gives whole timesteps, as DDIM needs and Euler does not
     */
    double[] timesteps(int steps, boolean round) {
        int train = trainTimesteps();
        if (steps < 1 || steps > train) {
            throw new IllegalArgumentException("steps: expected 1 to " + train + ", found " + steps);
        }
        double[] timesteps = new double[steps];
        for (int i = 0; i < steps; i++) {
            int fromEnd = steps - 1 - i;
            timesteps[i] = switch (spacing) {
                case LINSPACE -> {
                    double t = steps == 1 ? 0 : (double) fromEnd * (train - 1) / (steps - 1);
                    yield round ? Math.rint(t) : t;
                }
                case LEADING -> (double) fromEnd * (train / steps) + stepsOffset;
                case TRAILING -> Math.rint(train - i * ((double) train / steps)) - 1;
            };
        }
        return timesteps;
    }
}
