// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.diffusion.weights.ModelConfig;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Schedules of the samplers. {@code SamplerParityTest} compares their trajectories. */
class SamplerTest {
    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void usesOnlyTrainingTimesteps(SamplerKind kind) {
        NoiseSchedule schedule = schedule("{\"steps_offset\": 1}");
        for (int steps : kind == SamplerKind.LCM || kind == SamplerKind.TCD
                ? new int[] {1, 2, 50}
                : new int[] {1, 2, 3, 500, 999}) {
            assertThat(Arrays.stream(kind.with(schedule, steps).timesteps())).allMatch(t -> t >= 0 && t < 1000);
        }
        assertThatThrownBy(() -> kind.with(schedule, 1001)).hasMessageContaining("found 1001");
    }

    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void startsLaterInTheSameSchedule(SamplerKind kind) {
        NoiseSchedule schedule = schedule("{\"steps_offset\": 1}");
        Sampler whole = kind.with(schedule, 20);
        double[] all = whole.timesteps();
        double[] part = kind.with(schedule, 20, 8, SamplerSettings.DEFAULT).timesteps();
        assertThat(Arrays.stream(part).distinct())
                .containsExactly(Arrays.stream(all, whole.evaluationsBefore(8), all.length)
                        .distinct()
                        .boxed()
                        .toArray(Double[]::new));
    }

    @Test
    void pndmRunsTheSecondStepTwice() {
        NoiseSchedule schedule = schedule("{}");
        assertThat(SamplerKind.PNDM
                        .with(schedule, 5, 2, SamplerSettings.DEFAULT)
                        .timesteps())
                .containsExactly(400, 200, 200, 0);
        assertThat(SamplerKind.PNDM
                        .with(schedule, 5, 4, SamplerSettings.DEFAULT)
                        .timesteps())
                .containsExactly(0);
        assertThat(SamplerKind.PNDM.with(schedule, 1).timesteps()).containsExactly(0);
    }

    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void spacesTheTimestepsAsTheRequestSays(SamplerKind kind) {
        SamplerSettings trailing = SamplerSettings.ofSpacing(NoiseSchedule.Spacing.TRAILING);
        if (kind.takesSpacing()) {
            NoiseSchedule folder = schedule("{\"timestep_spacing\": \"trailing\"}");
            assertThat(kind.with(schedule("{}"), 7, 0, trailing).timesteps())
                    .containsExactly(kind.with(folder, 7).timesteps());
        } else {
            assertThatThrownBy(() -> kind.with(schedule("{}"), 7, 0, trailing))
                    .hasMessage("spacing: expected none with the sampler " + kind + ", found TRAILING");
        }
    }

    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void runsExplicitTimesteps(SamplerKind kind) {
        SamplerSettings explicit = SamplerSettings.ofTimesteps(List.of(999, 700, 300, 20));
        if (kind.takesTimesteps()) {
            double[] timesteps = kind.with(schedule("{}"), 4, 1, explicit).timesteps();
            assertThat(Arrays.stream(timesteps).distinct()).containsExactly(700.0, 300.0, 20.0);
        } else {
            assertThatThrownBy(() -> kind.with(schedule("{}"), 4, 1, explicit))
                    .hasMessageStartingWith("timesteps: expected none with the sampler " + kind);
        }
    }

    @Test
    void refusesExplicitSchedulesThatAreNone() {
        assertRefused(
                SamplerSettings.ofTimesteps(List.of(900, 100)),
                "steps: expected 2, the number of steps of the" + " explicit schedule, found 3");
        assertRefused(
                SamplerSettings.ofTimesteps(List.of(900, 100, 100)),
                "timesteps: expected descending numbers," + " found [900, 100, 100]");
        assertRefused(SamplerSettings.ofTimesteps(List.of(1000, 100, 0)), "timesteps: expected 0 to 999, found 1000");
        assertRefused(
                SamplerSettings.ofSigmas(List.of(14.0, 2.0, 1.0, 0.5)),
                "sigmas: expected 0 at the end, found" + " [14.0, 2.0, 1.0, 0.5]");
    }

    private static void assertRefused(SamplerSettings settings, String message) {
        assertThatThrownBy(() -> SamplerKind.EULER.with(schedule("{}"), 3, 0, settings))
                .hasMessage(message);
    }

    @Test
    void countsTheEvaluationsBeforeAStep() {
        NoiseSchedule schedule = schedule("{}");
        assertThat(evaluations(SamplerKind.HEUN.with(schedule, 3))).containsExactly(0, 2, 4, 5);
        assertThat(evaluations(SamplerKind.PNDM.with(schedule, 3))).containsExactly(0, 2, 3, 4);
        assertThat(evaluations(SamplerKind.PNDM.with(schedule, 1))).containsExactly(0, 1);
        assertThat(evaluations(SamplerKind.DDIM.with(schedule, 3))).containsExactly(0, 1, 2, 3);
    }

    private static List<Integer> evaluations(Sampler sampler) {
        return IntStream.rangeClosed(0, sampler.steps())
                .mapToObj(sampler::evaluationsBefore)
                .toList();
    }

    @Test
    void rejectsAnUnsupportedSchedule() {
        assertThatThrownBy(() -> schedule("{\"beta_schedule\": \"sigmoid\"}"))
                .hasMessageContaining("config: beta_schedule: expected one of [linear, scaled_linear")
                .hasMessageContaining("sigmoid");
    }

    private static NoiseSchedule schedule(String config) {
        return NoiseSchedule.of(ModelConfig.parse("config", config), "DDIMScheduler");
    }
}
