// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.TimestepSpacing;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a request's sampling that few requests have. {@link SamplerName} says which samplers take them.
 *
 * @param guidanceInterval steps in which guidance is applied; null for all steps
 * @param spacing spacing of the timesteps; null for the model's
 * @param timesteps training timestep of each step, highest first; null for the timesteps of the spacing
 * @param sigmas noise level of each step, highest first, and a final 0; null for those of the timesteps
 * @param eta share of new noise in each step, 0 to 1; null for {@value #DEFAULT_ETA}
 */
public record SamplingOptions(
        @Nullable GuidanceInterval guidanceInterval,
        @Nullable TimestepSpacing spacing,
        @Nullable List<Integer> timesteps,
        @Nullable List<Double> sigmas,
        @Nullable Double eta) {
    /** The options of a command without this field. */
    public static final SamplingOptions DEFAULT = new SamplingOptions(null, null, null, null, null);

    /** diffusers' default in TCDScheduler.step. */
    public static final double DEFAULT_ETA = 0.3;

    /** The highest training timestep of Stable Diffusion. */
    public static final int MAX_TIMESTEP = 999;

    /** The noise level at which diffusers starts if the terminal signal-to-noise ratio is zero: about sqrt(2^24). */
    public static final double MAX_SIGMA = 4096;

    public SamplingOptions {
        timesteps = timesteps == null ? null : List.copyOf(timesteps);
        sigmas = sigmas == null ? null : List.copyOf(sigmas);
        if (timesteps != null) {
            timesteps.forEach(timestep -> Check.range("sampling.timesteps", 0, MAX_TIMESTEP, timestep));
        }
        if (sigmas != null) {
            sigmas.forEach(sigma -> Check.range("sampling.sigmas", 0, MAX_SIGMA, sigma));
        }
        if (eta != null) {
            Check.range("sampling.eta", 0, 1, eta);
        }
    }

    /** @return the steps in which guidance is applied */
    GuidanceInterval interval() {
        return Objects.requireNonNullElse(guidanceInterval, GuidanceInterval.ALWAYS);
    }

    /** @throws IllegalArgumentException if the sampler does not take one of the options, or has another number of steps */
    void requireFit(SamplerName sampler, int steps) {
        require("spacing", spacing, sampler.takesSpacing(), sampler);
        require("timesteps", timesteps, sampler.takesTimesteps(), sampler);
        require("sigmas", sigmas, sampler.takesSigmas(), sampler);
        require("eta", eta, sampler.takesEta(), sampler);
        if (timesteps != null) {
            Check.range("number of sampling.timesteps", steps, steps, timesteps.size());
        }
        if (sigmas != null) {
            Check.range("number of sampling.sigmas", steps + 1, steps + 1, sigmas.size());
        }
    }

    private static void require(String option, @Nullable Object value, boolean takes, SamplerName sampler) {
        if (value != null && !takes) {
            throw new IllegalArgumentException(
                    "sampling." + option + ": expected none with the sampler " + sampler + ", found " + value);
        }
    }
}
