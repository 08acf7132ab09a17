// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.adapter.Figures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QualityGateTest {
    private final QualityGate gate = new QualityGate(0.01, 0.05, 32, 10, 8);

    @ParameterizedTest
    @CsvSource({"0.80, true", "0.795, true", "0.79, true", "0.78, false", "-2, false"})
    void passesVersionsWithinTheMargin(double learned, boolean passes) {
        Figures figures = new Figures(learned, 0.8, null, null);
        QualityGate.Verdict verdict = gate.verdict(figures);
        assertThat(verdict.complaint().isEmpty()).isEqualTo(passes);
        assertThat(verdict.figures()).isEqualTo(figures);
    }

    @ParameterizedTest
    @CsvSource({"0.70, true", "0.66, true", "0.64, false"})
    void comparesPromptAdherenceWithTheParent(double adherence, boolean passes) {
        assertThat(gate.verdict(new Figures(0.9, 0.8, adherence, 0.7))
                        .complaint()
                        .isEmpty())
                .isEqualTo(passes);
    }

    @Test
    void complaintHasExpectedAndFoundValue() {
        assertThat(gate.verdict(new Figures(0.5, 0.8, null, null)).complaint())
                .hasValueSatisfying(complaint ->
                        assertThat(complaint).contains("at least 0.7900").contains("found 0.5000"));
    }
}
