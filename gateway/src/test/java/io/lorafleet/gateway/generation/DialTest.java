// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import static io.lorafleet.gateway.Adapters.student;
import static io.lorafleet.gateway.Adapters.style;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lorafleet.gateway.BadField;
import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.AdapterVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

class DialTest {
    private static final ChosenAdapter INK = chosen(style("ink", 1), null);
    private static final ChosenAdapter FAST = chosen(student("fast", 1, 5), null);

    private final FieldChecks checks = new FieldChecks();

    @Test
    void guidesTheBaseModelAtFive() {
        assertThat(dial(null)).isEqualTo(new Dial(List.of(), 5));
    }

    @Test
    void guidesStyleAdaptersAsTheBase() {
        isDial(
                dial(7.5, chosen(style("ink", 1), 0.5), chosen(style("oil", 1), null)),
                "[ink@1 x 0.5, oil@1 x 1.0]",
                7.5);
    }

    @Test
    void runsAStudentWithoutGuidance() {
        isDial(dial(null, FAST), "[fast@1 x 1.0]", 1);
        isDial(dial(null, chosen(student("fast", 1, 5), 0.8)), "[fast@1 x 0.8]", 1);
    }

    @Test
    void runsStylesWithAStudentWithoutGuidance() {
        isDial(dial(null, INK, FAST), "[ink@1 x 1.0, fast@1 x 1.0]", 1);
    }

    @Test
    void turnsAStudentsScaleToTheGuidanceAskedFor() {
        isDial(dial(5.0, FAST), "[fast@1 x 1.0]", 1);
        isDial(dial(3.0, FAST), "[fast@1 x 0.5]", 1);
        isDial(dial(1.0, FAST), "[fast@1 x 0.0]", 1);
        isDial(dial(3.0, chosen(style("ink", 1), 0.7), FAST), "[ink@1 x 0.7, fast@1 x 0.5]", 1);
    }

    @Test
    void refusesBothScalesOfAStudent() {
        dial(5.0, INK, chosen(student("fast", 1, 5), 1.0));
        assertThat(checks.badFields())
                .containsExactly(new BadField(
                        "guidanceScale", "either this or scale of fast, since both set a student's guidance", "both"));
    }

    @Test
    void refusesTwoStudents() {
        dial(null, FAST, INK, chosen(student("turbo", 1, 7), null));
        assertThat(checks.badFields())
                .containsExactly(new BadField(
                        "adapters", "at most one student, since each of them sets the guidance", "fast@1 and turbo@1"));
    }

    @Test
    void refusesOneVersionTwice() {
        dial(null, INK, INK);
        assertThat(checks.badFields()).containsExactly(new BadField("ink", "each version once", "ink@1 again"));
    }

    @Test
    void refusesMoreGuidanceThanAStudentCanReach() {
        dial(9.5, chosen(student("fast", 1, 2), null));
        assertThat(checks.badFields()).containsExactly(new BadField("guidanceScale", "1.0 to 9.0", "9.5"));
    }

    @Test
    void reachesTheMostGuidanceOfEveryStudent() {
        for (double trainedAt = 1.1; trainedAt < 7; trainedAt += 0.1) {
            double most = 1 + 8 * (trainedAt - 1);
            Dial dial = dial(most, chosen(student("fast", 1, trainedAt), null));
            assertThat(dial.adapters().get(0).scale()).isCloseTo(8, within(1e-9));
        }
        assertThat(checks.badFields()).isEmpty();
    }

    @Test
    void refusesAScaleOutOfRange() {
        dial(null, chosen(style("ink", 1), 8.5));
        assertThat(checks.badFields()).containsExactly(new BadField("scale of ink", "-8.0 to 8.0", "8.5"));
    }

    private Dial dial(Double guidanceScale, ChosenAdapter... adapters) {
        return Dial.of(List.of(adapters), guidanceScale, checks);
    }

    private static void isDial(Dial dial, String adapters, double guidanceScale) {
        assertThat(dial.adapters()).hasToString(adapters);
        assertThat(dial.guidanceScale()).isEqualTo(guidanceScale);
    }

    private static ChosenAdapter chosen(AdapterVersion version, Double scale) {
        String name = version.name();
        return new ChosenAdapter(new NamedAdapter(name, scale, name, "scale of " + name), version);
    }
}
