// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.adapter.SamplingDefaults;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The sampling that the authors of a request's adapters prescribe. It fills in the fields that the request does not
 * have.
 *
 * <p>A request that chooses a sampler gets only the prescribed values that this sampler takes. A request that chooses
 * the number of steps gets no prescribed timesteps, unless there are as many of them.
 */
record PrescribedSampling(List<ResolvedAdapter> adapters, FieldChecks checks) {

    /**
     * @param defaultSampler sampler of the model
     * @param checks collects the fields for which the adapters prescribe different values and the request has none
     * @return the request, with the prescribed values
     */
    static GenerationRequest fill(
            GenerationRequest body, List<ResolvedAdapter> adapters, SamplerName defaultSampler, FieldChecks checks) {
        List<ResolvedAdapter> prescribing = adapters.stream()
                .filter(adapter -> adapter.version().samplingDefaults() != null)
                .toList();
        return prescribing.isEmpty()
                ? body
                : new PrescribedSampling(prescribing, checks)
                        .fill(body, adapters.stream().anyMatch(ResolvedAdapter::isStudent), defaultSampler);
    }

    private GenerationRequest fill(GenerationRequest body, boolean student, SamplerName defaultSampler) {
        RequestedSampling own = Objects.requireNonNullElse(body.sampling(), RequestedSampling.NONE);
        String sampler =
                body.sampler() != null ? body.sampler() : value("sampler", defaults -> lowerCase(defaults.sampler()));
        // With a student, the guidance scale sets the student's adapter scale.
        Double guidance = body.guidanceScale() != null || student
                ? body.guidanceScale()
                : value("guidanceScale", SamplingDefaults::guidanceScale);
        boolean explicit = own.timesteps() != null || own.sigmas() != null;
        Integer steps = body.steps() != null || explicit ? body.steps() : value("steps", SamplingDefaults::stepCount);
        Optional<SamplerName> effective = sampler == null ? Optional.of(defaultSampler) : named(sampler);
        RequestedSampling filled = effective
                .map(name -> schedule(own, name, body.steps(), explicit))
                .orElse(own); // the sampler will be refused
        return body.with(guidance, steps, sampler, filled);
    }

    private RequestedSampling schedule(
            RequestedSampling own, SamplerName sampler, @Nullable Integer steps, boolean explicit) {
        List<Integer> timesteps = explicit || own.timestepSpacing() != null || !sampler.takesTimesteps()
                ? null
                : value("timesteps", defaults -> fits(defaults, steps) ? defaults.timesteps() : null);
        String spacing = explicit || own.timestepSpacing() != null || timesteps != null || !sampler.takesSpacing()
                ? own.timestepSpacing()
                : value("timestepSpacing", defaults -> lowerCase(defaults.timestepSpacing()));
        Double eta = own.eta() != null || !sampler.takesEta() ? own.eta() : value("eta", SamplingDefaults::eta);
        return new RequestedSampling(
                own.guidanceStart(),
                own.guidanceEnd(),
                spacing,
                timesteps == null ? own.timesteps() : List.copyOf(timesteps),
                own.sigmas(),
                eta);
    }

    private static boolean fits(SamplingDefaults defaults, @Nullable Integer steps) {
        return steps == null || steps.equals(defaults.stepCount());
    }

    /** @return the prescribed value; null if there is none, or if the adapters prescribe different ones */
    private <T> @Nullable T value(String field, Function<SamplingDefaults, @Nullable T> value) {
        Map<T, ResolvedAdapter> prescribed = new LinkedHashMap<>();
        for (ResolvedAdapter adapter : adapters) {
            SamplingDefaults defaults = adapter.version().samplingDefaults();
            T one = defaults == null ? null : value.apply(defaults);
            if (one != null) {
                prescribed.putIfAbsent(one, adapter);
            }
        }
        if (prescribed.size() > 1) {
            checks.refuse(
                    field,
                    "a value, because the adapters prescribe different ones: "
                            + prescribed.entrySet().stream()
                                    .map(entry -> entry.getValue() + " " + entry.getKey())
                                    .collect(Collectors.joining(" and ")),
                    "none");
            return null;
        }
        return prescribed.isEmpty() ? null : prescribed.keySet().iterator().next();
    }

    private static @Nullable String lowerCase(@Nullable Enum<?> value) {
        return value == null ? null : value.name().toLowerCase(Locale.ROOT);
    }

    private static Optional<SamplerName> named(String sampler) {
        return Arrays.stream(SamplerName.values())
                .filter(name -> name.name().toLowerCase(Locale.ROOT).equals(sampler))
                .findFirst();
    }
}
