// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import static io.lorafleet.gateway.Adapters.student;
import static io.lorafleet.gateway.Adapters.style;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lorafleet.gateway.BadField;
import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.generation.AppliedAdapter;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuidanceSettingsTest {
    private static final ResolvedAdapter INK = resolved(style("ink", 1), null);
    private static final ResolvedAdapter FAST = resolved(student("fast", 1, 5), null);

    private final FieldChecks checks = new FieldChecks();

    @Test
    void guidesTheBaseModelAtFive() {
        assertThat(scales(null)).isEqualTo(new GuidanceSettings(List.of(), 5));
    }

    @Test
    void guidesStyleAdaptersAsTheBase() {
        isDial(
                scales(7.5, resolved(style("ink", 1), 0.5), resolved(style("oil", 1), null)),
                "[ink@1 x 0.5, oil@1 x 1.0]",
                7.5);
    }

    @Test
    void appliesTheTextEncoderPartOfAVersionThatHasOne() {
        AdapterVersion ink = style("ink", 1);
        AdapterVersion both = new AdapterVersion(
                "both",
                1,
                ink.sha256(),
                10,
                4,
                null,
                AdapterVersion.Kind.STUDENT,
                5.0,
                ink.createdAt(),
                null,
                null,
                null,
                AdapterVersion.TextEncoder.APPLIED,
                null,
                null);
        for (Double guidance : new Double[] {null, 3.0}) {
            GuidanceSettings scales =
                    GuidanceSettings.of(List.of(resolved(ink, 1.0), resolved(both, null)), guidance, checks);
            assertThat(scales.adapters())
                    .extracting(AppliedAdapter::changesText)
                    .containsExactly(false, true);
        }
    }

    @Test
    void runsAStudentWithoutGuidance() {
        isDial(scales(null, FAST), "[fast@1 x 1.0]", 1);
        isDial(scales(null, resolved(student("fast", 1, 5), 0.8)), "[fast@1 x 0.8]", 1);
    }

    @Test
    void runsStylesWithAStudentWithoutGuidance() {
        isDial(scales(null, INK, FAST), "[ink@1 x 1.0, fast@1 x 1.0]", 1);
    }

    @Test
    void setsAStudentsScaleFromTheGuidanceScale() {
        isDial(scales(5.0, FAST), "[fast@1 x 1.0]", 1);
        isDial(scales(3.0, FAST), "[fast@1 x 0.5]", 1);
        isDial(scales(1.0, FAST), "[fast@1 x 0.0]", 1);
        isDial(scales(3.0, resolved(style("ink", 1), 0.7), FAST), "[ink@1 x 0.7, fast@1 x 0.5]", 1);
    }

    @Test
    void refusesBothScalesOfAStudent() {
        scales(5.0, INK, resolved(student("fast", 1, 5), 1.0));
        assertThat(checks.badFields())
                .containsExactly(new BadField(
                        "guidanceScale",
                        "either guidanceScale or scale of fast, because both set a student's" + " guidance",
                        "both"));
    }

    @Test
    void refusesTwoStudents() {
        scales(null, FAST, INK, resolved(student("turbo", 1, 7), null));
        assertThat(checks.badFields())
                .containsExactly(new BadField(
                        "adapters",
                        "at most one student, because each student sets the guidance",
                        "fast@1 and" + " turbo@1"));
    }

    @Test
    void refusesOneVersionTwice() {
        scales(null, INK, INK);
        assertThat(checks.badFields()).containsExactly(new BadField("ink", "each version once", "ink@1 twice"));
    }

    @Test
    void refusesMoreGuidanceThanAStudentCanReach() {
        scales(9.5, resolved(student("fast", 1, 2), null));
        assertThat(checks.badFields()).containsExactly(new BadField("guidanceScale", "1.0 to 9.0", "9.5"));
    }

    @Test
    void reachesTheMostGuidanceOfEveryStudent() {
        for (double trainedAt = 1.1; trainedAt < 7; trainedAt += 0.1) {
            double most = 1 + 8 * (trainedAt - 1);
            GuidanceSettings scales = scales(most, resolved(student("fast", 1, trainedAt), null));
            assertThat(scales.adapters().get(0).scale()).isCloseTo(8, within(1e-9));
        }
        assertThat(checks.badFields()).isEmpty();
    }

    @Test
    void refusesAScaleOutOfRange() {
        scales(null, resolved(style("ink", 1), 8.5));
        assertThat(checks.badFields()).containsExactly(new BadField("scale of ink", "-8.0 to 8.0", "8.5"));
    }

    private GuidanceSettings scales(Double guidanceScale, ResolvedAdapter... adapters) {
        return GuidanceSettings.of(List.of(adapters), guidanceScale, checks);
    }

    private static void isDial(GuidanceSettings scales, String adapters, double guidanceScale) {
        assertThat(scales.adapters()).hasToString(adapters);
        assertThat(scales.guidanceScale()).isEqualTo(guidanceScale);
    }

    private static ResolvedAdapter resolved(AdapterVersion version, Double scale) {
        String name = version.name();
        return new ResolvedAdapter(new AdapterReference(name, scale, name, "scale of " + name), version);
    }
}
