// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.adapter;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.TimestepSpacing;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.SamplingOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The sampling that an adapter's author prescribes, such as few steps with a sampler for consistency models. A request
 * that names the adapter gets these values where it does not say otherwise. Each value may be null.
 *
 * @param sampler sampler
 * @param steps number of steps
 * @param guidanceScale guidance scale
 * @param timestepSpacing spacing of the timesteps
 * @param timesteps timestep of each step, highest first; then, {@code steps} is null or their number
 * @param eta share of new noise in each step
 */
public record SamplingDefaults(
        @Nullable SamplerName sampler,
        @Nullable Integer steps,
        @Nullable Double guidanceScale,
        @Nullable TimestepSpacing timestepSpacing,
        @Nullable List<Integer> timesteps,
        @Nullable Double eta) {

    public SamplingDefaults {
        timesteps = timesteps == null ? null : List.copyOf(timesteps);
        if (steps != null) {
            Check.range("steps", 1, GenerateImage.MAX_STEPS, steps);
        }
        if (guidanceScale != null) {
            Check.range("guidanceScale", 1, GenerateImage.MAX_GUIDANCE_SCALE, guidanceScale);
        }
        if (eta != null) {
            Check.range("eta", 0, 1, eta);
        }
        if (timesteps != null) {
            checkTimesteps(timesteps, steps);
            if (timestepSpacing != null) {
                throw new IllegalArgumentException(
                        "timestepSpacing: expected none with timesteps, found " + timestepSpacing);
            }
        }
        requireTaken("timestepSpacing", timestepSpacing, sampler, SamplerName::takesSpacing);
        requireTaken("timesteps", timesteps, sampler, SamplerName::takesTimesteps);
        requireTaken("eta", eta, sampler, SamplerName::takesEta);
    }

    private static void checkTimesteps(List<Integer> timesteps, @Nullable Integer steps) {
        Check.range("number of timesteps", 1, GenerateImage.MAX_STEPS, timesteps.size());
        int before = SamplingOptions.MAX_TIMESTEP + 1;
        for (int timestep : timesteps) {
            if (timestep < 0 || timestep >= before) {
                throw new IllegalArgumentException("timesteps: expected whole numbers from "
                        + SamplingOptions.MAX_TIMESTEP + " to 0, each lower than the one before, found " + timesteps);
            }
            before = timestep;
        }
        if (steps != null && steps != timesteps.size()) {
            throw new IllegalArgumentException(
                    "steps: expected " + timesteps.size() + ", the number of timesteps, found " + steps);
        }
    }

    private static void requireTaken(
            String field, @Nullable Object value, @Nullable SamplerName sampler, Predicate<SamplerName> takes) {
        if (value != null && (sampler == null || !takes.test(sampler))) {
            throw new IllegalArgumentException(
                    field + ": expected a sampler that takes it, found " + (sampler == null ? "none" : sampler));
        }
    }

    /** @return whether all values are null */
    boolean isEmpty() {
        return sampler == null && steps == null && guidanceScale == null;
    }

    /** @return the values in words, such as {@code sampler lcm, 4 steps, guidance scale 1.0} */
    public String text() {
        List<String> words = new ArrayList<>();
        if (sampler != null) {
            words.add("sampler " + sampler.name().toLowerCase(Locale.ROOT));
        }
        if (steps != null && timesteps == null) {
            words.add(steps + " steps");
        }
        if (timesteps != null) {
            words.add("timesteps " + timesteps);
        }
        if (timestepSpacing != null) {
            words.add(timestepSpacing.name().toLowerCase(Locale.ROOT) + " spacing");
        }
        if (guidanceScale != null) {
            words.add("guidance scale " + guidanceScale);
        }
        if (eta != null) {
            words.add("eta " + eta);
        }
        return String.join(", ", words);
    }

    /** @return the number of steps, which the timesteps can determine; null if it is not prescribed */
    public @Nullable Integer stepCount() {
        return timesteps == null ? steps : Integer.valueOf(timesteps.size());
    }

    /** @return the defaults; null if all values are null */
    public static @Nullable SamplingDefaults orNull(SamplingDefaults defaults) {
        return defaults.isEmpty() ? null : defaults;
    }
}
