// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.diffusion.weights.ModelConfig;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Schedules of the samplers. {@code SamplerParityTest} compares their trajectories. */
class SamplerTest {
    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void usesOnlyTrainingTimesteps(SamplerKind kind) {
        NoiseSchedule schedule = schedule("{\"steps_offset\": 1}");
        for (int steps : kind == SamplerKind.LCM ? new int[] {1, 2, 50} : new int[] {1, 2, 3, 500, 999}) {
            assertThat(Arrays.stream(kind.with(schedule, steps).timesteps())).allMatch(t -> t >= 0 && t < 1000);
        }
        assertThatThrownBy(() -> kind.with(schedule, 1001)).hasMessageContaining("found 1001");
    }

    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void startsLaterInTheSameSchedule(SamplerKind kind) {
        NoiseSchedule schedule = schedule("{\"steps_offset\": 1}");
        double[] whole =
                Arrays.stream(kind.with(schedule, 20).timesteps()).distinct().toArray();
        double[] part =
                Arrays.stream(kind.with(schedule, 20, 8).timesteps()).distinct().toArray();
        assertThat(part).containsExactly(Arrays.copyOfRange(whole, 8, 20));
    }

    @Test
    void pndmRunsTheSecondStepTwice() {
        NoiseSchedule schedule = schedule("{}");
        assertThat(SamplerKind.PNDM.with(schedule, 5, 2).timesteps()).containsExactly(400, 200, 200, 0);
        assertThat(SamplerKind.PNDM.with(schedule, 5, 4).timesteps()).containsExactly(0);
        assertThat(SamplerKind.PNDM.with(schedule, 1).timesteps()).containsExactly(0);
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
