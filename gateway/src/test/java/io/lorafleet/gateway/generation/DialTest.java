package io.lorafleet.gateway.generation;

import static io.lorafleet.gateway.generation.Samples.student;
import static io.lorafleet.gateway.generation.Samples.style;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.BadField;
import org.junit.jupiter.api.Test;

class DialTest {
    private final FieldChecks checks = new FieldChecks();

    @Test
    void guidesTheBaseModelAtFive() {
        assertThat(Dial.of(null, null, null, checks)).isEqualTo(new Dial(1, 5));
    }

    @Test
    void guidesAStyleAdapterAsTheBase() {
        assertThat(Dial.of(style("ink", 1), 0.5, 7.5, checks)).isEqualTo(new Dial(0.5, 7.5));
    }

    @Test
    void runsAStudentWithoutGuidance() {
        assertThat(Dial.of(student("fast", 5), null, null, checks)).isEqualTo(new Dial(1, 1));
        assertThat(Dial.of(student("fast", 5), 0.8, null, checks)).isEqualTo(new Dial(0.8, 1));
    }

    @Test
    void turnsAStudentsAdapterScaleToTheGuidanceAskedFor() {
        assertThat(Dial.of(student("fast", 5), null, 5.0, checks)).isEqualTo(new Dial(1, 1));
        assertThat(Dial.of(student("fast", 5), null, 3.0, checks)).isEqualTo(new Dial(0.5, 1));
        assertThat(Dial.of(student("fast", 5), null, 1.0, checks)).isEqualTo(new Dial(0, 1));
    }

    @Test
    void refusesBothScalesOfAStudent() {
        Dial.of(student("fast", 5), 1.0, 5.0, checks);
        assertThat(checks.badFields()).extracting(BadField::field).containsExactly("guidanceScale");
    }

    @Test
    void refusesMoreGuidanceThanAStudentCanReach() {
        Dial.of(student("fast", 2), null, 9.5, checks);
        assertThat(checks.badFields()).containsExactly(new BadField("guidanceScale", "1.0 to 9.0", "9.5"));
    }
}
