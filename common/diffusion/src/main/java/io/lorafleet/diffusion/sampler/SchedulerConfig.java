// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import io.lorafleet.diffusion.weights.ModelConfig;
import java.util.Locale;
import java.util.Set;

/**
 * Reads diffusers' {@code scheduler_config.json}. The config may contain fields of another scheduler class, because
 * diffusers keeps them when a pipeline's scheduler is replaced, and because a request may select another sampler. So
 * the fields of all classes are checked; only the defaults depend on the class.
 *
 * @param schedulerClass diffusers' scheduler class
 */
record SchedulerConfig(ModelConfig config, String schedulerClass) {
    /**
     * Fields that cannot change an image, either in any scheduler or because the option that they belong to is refused:
     * the thresholds, the shift of flow matching, and the type of a shift that depends on the image size.
     */
    private static final Set<String> WITHOUT_EFFECT =
            Set.of("dynamic_thresholding_ratio", "flow_shift", "sample_max_value", "time_shift_type");

    /** Classes that do not know of Karras et al.'s noise levels, and ignore the field that selects them. */
    private static final Set<String> WITHOUT_KARRAS =
            Set.of("DDIMScheduler", "EulerAncestralDiscreteScheduler", "LCMScheduler", "PNDMScheduler", "TCDScheduler");

    private static final String LCM = "LCMScheduler";
    private static final String PNDM = "PNDMScheduler";
    private static final String DDIM = "DDIMScheduler";
    private static final String TCD = "TCDScheduler";
    private static final String HEUN = "HeunDiscreteScheduler";
    private static final String DPM_SDE = "DPMSolverSDEScheduler";
    private static final String DPM = "DPMSolverMultistepScheduler";
    private static final String SDE = "sde-dpmsolver++";

    NoiseSchedule read() {
        if (!SamplerKind.schedulerClasses().contains(schedulerClass)) {
            throw config.refusal("_class_name", "one of " + SamplerKind.schedulerClasses(), schedulerClass);
        }
        requireSupportedOptions();
        requireSupportedSolver();
        double[] plain = alphaBar();
        boolean leads = Set.of(DDIM, PNDM, LCM, TCD).contains(schedulerClass);
        NoiseSchedule read = new NoiseSchedule(
                rescaled(plain),
                plain,
                PredictionType.valueOf(config.text("prediction_type", "epsilon").toUpperCase(Locale.ROOT)),
                NoiseSchedule.Spacing.valueOf(config.text("timestep_spacing", leads ? "leading" : "linspace")
                        .toUpperCase(Locale.ROOT)),
                config.integer("steps_offset", 0),
                config.flag("set_alpha_to_one", !schedulerClass.equals(PNDM)) ? 1 : plain[0],
                clipSample(),
                sampler());
        config.refuseOtherFields(WITHOUT_EFFECT);
        return read;
    }

    private SamplerKind sampler() {
        boolean karras = config.flag("use_karras_sigmas", false);
        return switch (schedulerClass) {
            case "EulerDiscreteScheduler" -> karras ? SamplerKind.EULER_KARRAS : SamplerKind.EULER;
            case DPM -> {
                SamplerKind solver = karras ? SamplerKind.DPMPP_2M_KARRAS : SamplerKind.DPMPP_2M;
                yield isSde() ? SamplerKind.DPMPP_3M_SDE : solver;
            }
            default -> SamplerKind.first(schedulerClass);
        };
    }

    /** @return whether the config selects the stochastic multistep solver */
    private boolean isSde() {
        return schedulerClass.equals(DPM) && config.text("algorithm_type", "").equals(SDE);
    }

    private void requireSupportedOptions() {
        config.requireUnused("trained_betas");
        config.requireUnused("thresholding");
        config.requireUnused("use_exponential_sigmas");
        config.requireUnused("use_beta_sigmas");
        config.requireUnused("use_flow_sigmas");
        config.requireUnused("use_dynamic_shifting");
        config.requireUnused("shift_terminal");
        config.requireUnused("sigma_min");
        config.requireUnused("sigma_max");
        config.requireUnused("noise_sampler_seed"); // the noise comes from the request's seed
        config.requireOneOf("prediction_type", "epsilon", "v_prediction");
        config.requireOneOf("timestep_spacing", "linspace", "leading", "trailing");
        config.requireOneOf("timestep_type", "discrete");
        config.requireOneOf("interpolation_type", "linear");
        config.requireOneOf("final_sigmas_type", "zero");
        config.requireOneOf("original_inference_steps", NoiseSchedule.DISTILLED_STEPS);
        config.requireOneOf("timestep_scaling", Lcm.TIMESTEP_SCALING);
    }

    private void requireSupportedSolver() {
        config.requireUnused("use_lu_lambdas");
        config.requireUnused("euler_at_final");
        config.requireUnused("disable_corrector");
        config.requireUnused("solver_p");
        if (isSde()) {
            config.requireOneOf("solver_order", DpmSdeMultistep.ORDER);
            if (!config.has("solver_order")) {
                throw config.refusal(
                        "solver_order", "3 (the second order, the default, is not supported with " + SDE + ")");
            }
        } else {
            config.requireOneOf("solver_order", 2);
            config.requireOneOf("algorithm_type", "dpmsolver++", "deis"); // each solver replaces the other's name
        }
        // UniPC replaces the names of the other solvers' types with bh2, and DPM-Solver replaces them with midpoint.
        config.requireOneOf("solver_type", "midpoint", "bh2", "logrho");
        config.requireOneOf("predict_x0", true);
        config.requireOneOf("lower_order_final", true);
        config.requireOneOf("lambda_min_clipped", Double.NEGATIVE_INFINITY);
        // Models that predict their variance ("learned") have twice as many output channels.
        config.requireOneOfOrNull("variance_type", "fixed_small", "fixed_small_log", "fixed_large", "fixed_large_log");
        config.requireOneOf("skip_prk_steps", true);
        if (schedulerClass.equals(PNDM) && !config.has("skip_prk_steps")) {
            throw config.refusal("skip_prk_steps", "true (Runge-Kutta steps, the default, are not supported)");
        }
        boolean karras = schedulerClass.equals("EulerDiscreteScheduler") || (schedulerClass.equals(DPM) && !isSde());
        if (!karras && !WITHOUT_KARRAS.contains(schedulerClass)) {
            config.requireUnused("use_karras_sigmas");
        }
    }

    private double clipSample() {
        double range = config.number("clip_sample_range", 1);
        return config.flag("clip_sample", schedulerClass.equals(DDIM)) ? range : Double.POSITIVE_INFINITY;
    }

    private double[] alphaBar() {
        config.requireOneOf("beta_schedule", "linear", "scaled_linear", "squaredcos_cap_v2");
        boolean scaled = Set.of(LCM, TCD).contains(schedulerClass);
        boolean stable = scaled || Set.of(HEUN, DPM_SDE).contains(schedulerClass);
        int count = config.integer("num_train_timesteps", 1000);
        // diffusers' defaults; only those of LCM and TCD are Stable Diffusion's.
        double first = config.number("beta_start", stable ? 0.00085 : 0.0001);
        double last = config.number("beta_end", stable ? 0.012 : 0.02);
        String kind = config.text("beta_schedule", scaled ? "scaled_linear" : "linear");
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

    /**
     * Shifts and scales the square roots, so that the last one is 0 and the first one stays the same (Lin et al. 2023,
     * algorithm 1; diffusers: rescale_zero_terminal_snr). An output that is the noise would then contain nothing of the
     * image, so the model must predict v.
     */
    private double[] rescaled(double[] plain) {
        if (!config.flag("rescale_betas_zero_snr", false)) {
            return plain;
        }
        if (!config.text("prediction_type", "epsilon").equals("v_prediction")) {
            throw config.refusal("prediction_type", "v_prediction, because rescale_betas_zero_snr is true");
        }
        double first = Math.sqrt(plain[0]);
        double last = Math.sqrt(plain[plain.length - 1]);
        double[] rescaled = new double[plain.length];
        for (int t = 0; t < plain.length; t++) {
            rescaled[t] = square((Math.sqrt(plain[t]) - last) * first / (first - last));
        }
        return rescaled;
    }

    private static double cosine(double x) {
        return square(Math.cos((x + 0.008) / 1.008 * Math.PI / 2));
    }

    private static double square(double x) {
        return x * x;
    }
}
