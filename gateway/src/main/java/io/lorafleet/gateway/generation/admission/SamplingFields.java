// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.TimestepSpacing;
import io.lorafleet.messages.generation.GuidanceInterval;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.messages.generation.SamplingOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks the explicit schedule of a request, the spacing of its timesteps, and the interval of its guidance. */
record SamplingFields(RequestedSampling requested, FieldChecks checks) {
    private static final int DEFAULT_STEPS = 20;

    static SamplingFields of(GenerationRequest body, FieldChecks checks) {
        return new SamplingFields(Objects.requireNonNullElse(body.sampling(), RequestedSampling.NONE), checks);
    }

    /** @return the number of steps, which explicit timesteps or sigmas determine */
    int steps(@Nullable Integer steps, int most) {
        List<?> schedule = requested.sigmas() != null ? requested.sigmas() : requested.timesteps();
        if (schedule == null) {
            return checks.whole("steps", 1, most, steps, DEFAULT_STEPS);
        }
        String field = requested.sigmas() != null ? "sigmas" : "timesteps";
        int described = requested.sigmas() != null ? schedule.size() - 1 : schedule.size();
        if (described < 1 || described > most) {
            checks.refuse("number of " + field, "1 to " + most + " steps", described);
            return DEFAULT_STEPS;
        }
        if (steps != null && steps != described) {
            checks.refuse("steps", described + ", the number of steps that " + field + " describes", steps);
        }
        return described;
    }

    /**
     * @param guided whether the request runs with guidance
     * @param image init image, or null
     * @return the options; null if they are the default, so that workers of an older release can take the request
     */
    @Nullable
    SamplingOptions options(SamplerName sampler, int steps, boolean guided, @Nullable InitImageFile image) {
        if (requested.timesteps() == null && steps > sampler.maxSteps()) {
            checks.refuse("steps", "at most " + sampler.maxSteps() + " with the sampler " + lowerCase(sampler), steps);
        }
        int made = image == null
                ? steps
                : InitImage.stepsMade(steps, image.reference().strength());
        SamplingOptions options = new SamplingOptions(
                interval(made, guided), spacing(sampler), timesteps(sampler), sigmas(sampler), eta(sampler));
        return options.equals(SamplingOptions.DEFAULT) ? null : options;
    }

    private @Nullable GuidanceInterval interval(int steps, boolean guided) {
        double start = checks.number("guidanceStart", 0, 1, requested.guidanceStart(), 0);
        double end = checks.number("guidanceEnd", 0, 1, requested.guidanceEnd(), 1);
        if (start == 0 && end == 1) {
            return null;
        }
        if (!guided) {
            checks.refuse(
                    requested.guidanceStart() != null ? "guidanceStart" : "guidanceEnd",
                    "none without guidance, as with guidance scale 1 or a student",
                    requested.guidanceStart() != null ? start : end);
            return null;
        }
        if ((int) (start * steps) >= (int) (end * steps)) {
            checks.refuse(
                    "guidanceEnd",
                    "an interval from guidanceStart to guidanceEnd with at least one of " + steps + " steps",
                    start + " to " + end);
            return null;
        }
        return new GuidanceInterval(start, end);
    }

    private @Nullable TimestepSpacing spacing(SamplerName sampler) {
        TimestepSpacing spacing = checks.oneOf("timestepSpacing", TimestepSpacing.values(), requested.timestepSpacing())
                .orElse(null);
        if (spacing == null || !taken("timestepSpacing", spacing, sampler, SamplerName::takesSpacing)) {
            return null;
        }
        if (requested.timesteps() != null || requested.sigmas() != null) {
            checks.refuse("timestepSpacing", "none with timesteps or sigmas", requested.timestepSpacing());
            return null;
        }
        return spacing;
    }

    private @Nullable List<Integer> timesteps(SamplerName sampler) {
        List<Integer> timesteps = requested.timesteps();
        if (timesteps == null || !taken("timesteps", timesteps, sampler, SamplerName::takesTimesteps)) {
            return null;
        }
        String expected =
                "whole numbers from " + SamplingOptions.MAX_TIMESTEP + " to 0, each lower than the one before";
        return descending("timesteps", timesteps, SamplingOptions.MAX_TIMESTEP, expected) ? timesteps : null;
    }

    private @Nullable List<Double> sigmas(SamplerName sampler) {
        List<Double> sigmas = requested.sigmas();
        if (sigmas == null || !taken("sigmas", sigmas, sampler, SamplerName::takesSigmas)) {
            return null;
        }
        if (requested.timesteps() != null) {
            checks.refuse("sigmas", "either timesteps or sigmas", "both");
            return null;
        }
        String expected = "numbers from " + SamplingOptions.MAX_SIGMA + " to a final 0, each lower than the one before";
        boolean ends = !sigmas.isEmpty() && Objects.equals(sigmas.get(sigmas.size() - 1), 0.0);
        if (!ends) {
            checks.refuse("sigmas", expected, shown(sigmas));
            return null;
        }
        return descending("sigmas", sigmas, SamplingOptions.MAX_SIGMA, expected) ? sigmas : null;
    }

    private boolean descending(String field, List<? extends @Nullable Number> values, double most, String expected) {
        double before = Math.nextUp(most);
        for (Number value : values) {
            // Negated so that NaN is also rejected.
            if (value == null || !(value.doubleValue() < before && value.doubleValue() >= 0)) {
                checks.refuse(field, expected, shown(values));
                return false;
            }
            before = value.doubleValue();
        }
        return true;
    }

    private static String shown(List<?> values) {
        int most = 20;
        return values.size() <= most ? values.toString() : values.subList(0, most) + " and more";
    }

    private @Nullable Double eta(SamplerName sampler) {
        Double eta = requested.eta();
        if (eta == null || !taken("eta", eta, sampler, SamplerName::takesEta)) {
            return null;
        }
        return checks.number("eta", 0, 1, eta, SamplingOptions.DEFAULT_ETA);
    }

    private boolean taken(String field, Object value, SamplerName sampler, Predicate<SamplerName> takes) {
        if (takes.test(sampler)) {
            return true;
        }
        String samplers = Arrays.stream(SamplerName.values())
                .filter(takes)
                .map(SamplingFields::lowerCase)
                .collect(Collectors.joining(", "));
        checks.refuse(
                field,
                "none with the sampler " + lowerCase(sampler) + "; these samplers take it: " + samplers,
                value instanceof List<?> list
                        ? shown(list)
                        : String.valueOf(value).toLowerCase(Locale.ROOT));
        return false;
    }

    private static String lowerCase(SamplerName sampler) {
        return sampler.name().toLowerCase(Locale.ROOT);
    }
}
