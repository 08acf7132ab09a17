// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.GenerateImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The guidance scale and adapter scales of a request.
 *
 * <p>The base and styles run with guidance. A student is distilled from the guided base at a guidance scale
 * {@code s}. Requests with a student therefore run at guidance scale 1, and the student's adapter scale controls the
 * effective guidance, which is about {@code 1 + scale (s - 1)}. A requested guidance scale {@code g} sets the adapter
 * scale to {@code (g - 1) / (s - 1)}.
 */
record GuidanceSettings(List<AppliedAdapter> adapters, double guidanceScale) {
    private static final double DEFAULT_ADAPTER_SCALE = 1;
    /** The published students' guidance scale, so that the base and the students match by default. */
    private static final double DEFAULT_GUIDANCE_SCALE = 5;

    /**
     * @param guidanceScale requested guidance scale; null if absent
     * @param checks collects the invalid fields
     */
    static GuidanceSettings of(List<ResolvedAdapter> adapters, @Nullable Double guidanceScale, FieldChecks checks) {
        refuseRepeated(adapters, checks);
        Optional<ResolvedAdapter> student = student(adapters, checks);
        List<AppliedAdapter> applied = adapters.stream()
                .map(one -> AppliedAdapter.of(one.version(), scale(one, checks)))
                .toList();
        double guidance = checks.number(
                "guidanceScale", 1, GenerateImage.MAX_GUIDANCE_SCALE, guidanceScale, DEFAULT_GUIDANCE_SCALE);
        if (student.isEmpty()) {
            return new GuidanceSettings(applied, guidance);
        }
        if (guidanceScale == null) {
            return new GuidanceSettings(applied, 1);
        }
        return turned(applied, adapters.indexOf(student.get()), student.get(), guidance, checks);
    }

    /** @return the guidance scale at which a student was distilled */
    static double trainedAt(AdapterVersion student) {
        return Objects.requireNonNull(student.guidance(), "the student has no guidance scale");
    }

    /** @return a student's effective guidance at an adapter scale */
    static double guidanceAt(double scale, double trainedAt) {
        return 1 + scale * (trainedAt - 1);
    }

    /** @return the adapter scale that gives this effective guidance */
    static double scaleFor(double guidance, double trainedAt) {
        return (guidance - 1) / (trainedAt - 1);
    }

    private static void refuseRepeated(List<ResolvedAdapter> adapters, FieldChecks checks) {
        Set<String> seen = new HashSet<>();
        for (ResolvedAdapter one : adapters) {
            if (!seen.add(one.toString())) {
                checks.refuse(one.name().field(), "each version once", one + " twice");
            }
        }
    }

    private static Optional<ResolvedAdapter> student(List<ResolvedAdapter> adapters, FieldChecks checks) {
        List<ResolvedAdapter> students =
                adapters.stream().filter(ResolvedAdapter::isStudent).toList();
        if (students.size() > 1) {
            checks.refuse(
                    "adapters",
                    "at most one student, because each student sets the guidance",
                    students.stream().map(ResolvedAdapter::toString).collect(Collectors.joining(" and ")));
        }
        return students.stream().findFirst();
    }

    private static double scale(ResolvedAdapter adapter, FieldChecks checks) {
        if (adapter.isEmbedding()) {
            Double scale = adapter.name().scale();
            if (scale != null && scale != DEFAULT_ADAPTER_SCALE) {
                checks.refuse(
                        adapter.name().scaleField(),
                        "none or 1, because the strength of an embedding is the weight of its word in the prompt",
                        scale);
            }
            return DEFAULT_ADAPTER_SCALE;
        }
        return checks.number(
                adapter.name().scaleField(),
                -GenerateImage.MAX_ADAPTER_SCALE,
                GenerateImage.MAX_ADAPTER_SCALE,
                adapter.name().scale(),
                DEFAULT_ADAPTER_SCALE);
    }

    private static GuidanceSettings turned(
            List<AppliedAdapter> applied, int place, ResolvedAdapter student, double guidance, FieldChecks checks) {
        if (student.name().scale() != null) {
            String scaleField = student.name().scaleField();
            checks.refuse(
                    "guidanceScale",
                    "either guidanceScale or " + scaleField + ", because both set a student's guidance",
                    "both");
            return new GuidanceSettings(applied, 1);
        }
        double trainedAt = trainedAt(student.version());
        double mostGuidance = guidanceAt(GenerateImage.MAX_ADAPTER_SCALE, trainedAt);
        double reachable = checks.number("guidanceScale", 1, mostGuidance, guidance, trainedAt);
        List<AppliedAdapter> turned = new ArrayList<>(applied);
        // At the maximum guidance, rounding can raise the adapter scale slightly above its limit.
        double scale = Math.min(GenerateImage.MAX_ADAPTER_SCALE, scaleFor(reachable, trainedAt));
        turned.set(place, AppliedAdapter.of(student.version(), scale));
        return new GuidanceSettings(List.copyOf(turned), 1);
    }
}
