// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.diffusion.sampler.NoiseSchedule;
import io.lorafleet.diffusion.sampler.Sampler;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.messages.SamplerName;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the gateway knows of the samplers is what the engine does. */
class SamplerNamesTest {
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.of(ModelConfig.parse("config", "{}"), "DDIMScheduler");

    @Test
    void everySamplerHasAName() {
        assertThat(Arrays.stream(SamplerKind.values()).map(Enum::name))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(SamplerName.values()).map(Enum::name).toList());
    }

    @ParameterizedTest
    @EnumSource(SamplerName.class)
    void namesHaveTheEvaluationsAndSettingsOfTheirSampler(SamplerName name) {
        SamplerKind kind = SamplerKind.valueOf(name.name());
        for (int steps : new int[] {1, 2, 5}) {
            Sampler sampler = kind.with(SCHEDULE, steps);
            assertThat(name.evaluations(steps)).isEqualTo(sampler.timesteps().length);
            for (int step = 0; step <= steps; step++) {
                assertThat(name.evaluationsBefore(step, steps)).isEqualTo(sampler.evaluationsBefore(step));
            }
        }
        assertThat(kind.with(SCHEDULE, Math.min(999, name.maxSteps())).steps()).isPositive();
        assertThatThrownBy(() -> kind.with(SCHEDULE, name.maxSteps() + 1))
                .hasMessageStartingWith("steps: expected 1 to");
        assertThat(name)
                .returns(kind.takesSpacing(), SamplerName::takesSpacing)
                .returns(kind.takesTimesteps(), SamplerName::takesTimesteps)
                .returns(kind.takesSigmas(), SamplerName::takesSigmas)
                .returns(kind == SamplerKind.TCD, SamplerName::takesEta);
    }
}
