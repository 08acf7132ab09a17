// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.messages.generation.AppliedControlNet;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerateImageBuilder;
import io.lorafleet.messages.generation.GuidanceInterval;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.messages.generation.SamplingOptions;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which evaluations of an image use a ControlNet, and what they cost. */
class AppliedControlNetTest {
    private static final String SHA = "ab".repeat(32);
    private static final long PIXELS = 64 * 64;

    /** The rule of diffusers: the whole evaluation must be between the shares. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 10, 20, 50, 1000})
    void usesTheEvaluationsThatDiffusersUses(int evaluations) {
        for (double start : List.of(0.0, 0.1, 0.25, 0.3, 1 / 3.0, 0.7)) {
            for (double end : List.of(0.71, 0.75, 0.9, 1.0)) {
                AppliedControlNet control = control(start, end);
                int first = control.firstEvaluation(evaluations);
                int after = Math.max(first, control.endEvaluation(evaluations));
                for (int i = 0; i < evaluations; i++) {
                    boolean used = (double) i / evaluations >= start && (double) (i + 1) / evaluations <= end;
                    assertThat(i >= first && i < after)
                            .as("evaluation %d, %s to %s", i, start, end)
                            .isEqualTo(used);
                }
            }
        }
    }

    @Test
    void costsFourTenthsOfAnEvaluation() {
        assertThat(request().build().cost()).isEqualTo(20 * PIXELS);
        assertThat(request(control(0, 1)).build())
                .returns(20L, GenerateImage::unetEvaluations)
                .returns(20L, GenerateImage::controlEvaluations)
                .returns(28 * PIXELS, GenerateImage::cost);
        assertThat(request(control(0, 1), control(0, 0.5)).count(2).build().cost())
                .isEqualTo(2 * (20 + 8 + 4) * PIXELS);
    }

    @Test
    void countsTheRowsOfItsEvaluationsAlone() {
        GenerateImage guided = request(control(0.5, 1))
                .sampling(new SamplingOptions(new GuidanceInterval(0, 0.8), null, null, null, null))
                .build();
        assertThat(guided.controlEvaluations()).isEqualTo(5 + 3);
        GenerateImage halfOfTheSteps =
                request(control(0, 0.4)).initImage(new InitImage(SHA, 0.5)).build();
        assertThat(halfOfTheSteps.controlEvaluations()).isEqualTo(2 * 2);
        assertThat(request(control(0.01, 0.02)).build().controlEvaluations()).isZero();
    }

    @Test
    void refusesValuesThatMeanNothing() {
        assertThatThrownBy(() -> control(0.5, 0.5))
                .hasMessage("control: expected 0 <= start < end <= 1, found 0.5 and 0.5");
        assertThatThrownBy(() -> control(Double.NaN, 1))
                .hasMessage("control: expected 0 <= start < end <= 1, found NaN and 1.0");
        assertThatThrownBy(() -> new AppliedControlNet(new PinnedControlNet("edges", SHA), SHA, 2.1, 0, 1))
                .hasMessage("control.scale: expected 0.0 to 2.0, found 2.1");
        assertThatThrownBy(() -> new PinnedControlNet("../edges", SHA))
                .hasMessageStartingWith("controlNet.name: expected 1 to 128 letters");
        List<AppliedControlNet> many = Collections.nCopies(5, control(0, 1));
        assertThatThrownBy(() -> request().controls(many).build())
                .hasMessage("number of controls: expected 1 to 4, found 5");
    }

    private static AppliedControlNet control(double start, double end) {
        return new AppliedControlNet(new PinnedControlNet("edges", SHA), SHA, 1, start, end);
    }

    /** @return a request of ten steps with guidance */
    private static GenerateImageBuilder request(AppliedControlNet... controls) {
        return GenerateImage.builder("r1", Instant.EPOCH)
                .prompt("a red star")
                .guidanceScale(5)
                .steps(10)
                .sampler(SamplerName.DDIM)
                .size(64, 64)
                .seed(7)
                .controls(List.of(controls));
    }
}
