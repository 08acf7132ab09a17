// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.trainer.canary.CanaryRules;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerConfigTest {
    private static final String DIRECTORY = "lorafleet.storage.directory";
    private static final String MODEL = "lorafleet.model";

    @Test
    void hasTheseDefaults() {
        TrainerConfig config = read(Map.of());
        assertThat(config.topicPrefix()).isEmpty();
        assertThat(config.model()).isEqualTo(Path.of("../deploy/demo-model"));
        assertThat(config.storage().directory()).contains(Path.of("/blobs"));
        TrainerConfig.Trainer trainer = config.trainer();
        assertThat(trainer.id()).isEqualTo("trainer-of-the-test");
        assertThat(trainer.threads()).isEmpty();
        assertThat(trainer.minSamples()).isEqualTo(16);
        assertThat(trainer.maxAge()).isEqualTo(Duration.ofHours(1));
        assertThat(trainer.maxRetryPause()).isEqualTo(Duration.ofSeconds(30));
        assertThat(trainer.hangTimeout()).isEqualTo(Duration.ofMinutes(30));
        assertThat(trainer.maxWaiting()).isEqualTo(100_000);
        assertThat(trainer.run().steps()).isEqualTo(200);
        assertThat(trainer.run().batch()).isEqualTo(32);
        assertThat(trainer.run().rowsAtOnce()).isEqualTo(32);
        assertThat(trainer.run().promptsPerRound()).isEqualTo(32);
        assertThat(trainer.run().passes()).isEqualTo(2);
        assertThat(trainer.run().samplerSteps()).isEqualTo(20);
        assertThat(trainer.run().studentShare()).isEqualTo(0.25);
        assertThat(trainer.run().learningRate()).isEqualTo(3e-4);
        assertThat(trainer.prompts().downWeight()).isEqualTo(2);
        assertThat(trainer.prompts().upWeight()).isEqualTo(0.5);
        assertThat(trainer.prompts().replayShare()).isEqualTo(0.3);
        assertThat(trainer.prompts().maxReplay()).isEqualTo(256);
        assertThat(trainer.prompts().base()).isEmpty();
        assertThat(trainer.prompts().heldOut()).isEmpty();
        assertThat(trainer.prompts().heldOutShare()).isEqualTo(0.2);
        assertThat(trainer.gate().margin()).isEqualTo(0.01);
        assertThat(trainer.gate().adherenceMargin()).isEqualTo(0.05);
        assertThat(trainer.gate().maxPrompts()).isEqualTo(32);
        assertThat(trainer.gate().samplerSteps()).isEqualTo(10);
    }

    @Test
    void namesTheKeyOfAnInvalidDirectory() {
        assertThatThrownBy(() -> new TrainerComponents().blobStore(read(Map.of(DIRECTORY, "/dev/null/blobs"))))
                .hasMessageContaining(DIRECTORY);
    }

    @ParameterizedTest
    @CsvSource({
        "lorafleet.model, /nowhere",
        "lorafleet.trainer.min-samples, 0",
        "lorafleet.trainer.max-waiting, 0",
        "lorafleet.trainer.run.steps, 0",
        "lorafleet.trainer.run.batch, 0",
        "lorafleet.trainer.run.rows-at-once, 0",
        "lorafleet.trainer.run.prompts-per-round, 0",
        "lorafleet.trainer.run.passes, 0",
        "lorafleet.trainer.run.sampler-steps, 1",
        "lorafleet.trainer.run.student-share, 2",
        "lorafleet.trainer.run.learning-rate, 0",
        "lorafleet.trainer.prompts.base, /nowhere",
        "lorafleet.trainer.prompts.held-out, /dev/null",
        "lorafleet.trainer.prompts.held-out-share, 1.5",
        "lorafleet.trainer.prompts.replay-share, 1",
        "lorafleet.trainer.prompts.replay-share, -0.1",
        "lorafleet.trainer.prompts.down-weight, -1",
        "lorafleet.trainer.prompts.up-weight, 0",
        "lorafleet.trainer.prompts.max-replay, -1",
        "lorafleet.trainer.gate.margin, NaN",
        "lorafleet.trainer.gate.sampler-steps, 1",
        "lorafleet.trainer.gate.adherence-margin, NaN",
        "lorafleet.trainer.gate.max-prompts, 0"
    })
    void namesTheKeyOfAnInvalidValue(String key, String value) {
        TrainerConfig config = read(Map.of(key, value));
        assertThatThrownBy(() ->
                        new TrainerComponents().trainingRun(config, null, new SimpleMeterRegistry(), Clock.systemUTC()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(key + ": expected ");
    }

    @ParameterizedTest
    @CsvSource({
        "canary-share, 1.5",
        "shadow-share, -0.1",
        "min-comparisons, 0",
        "error-margin, NaN",
        "min-ratings, 0",
        "rating-margin, Infinity"
    })
    void namesTheKeyOfAnInvalidCanarySetting(String setting, String value) {
        String key = "lorafleet.trainer.canary." + setting;
        TrainerConfig config = read(Map.of(key, value));
        assertThatThrownBy(() -> new TrainerComponents().canaryRules(config))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(key + ": expected ");
    }

    @Test
    void acceptsTheBoundsOfTheCanarySettings() {
        TrainerConfig config = read(Map.of(
                "lorafleet.trainer.canary.canary-share", "0",
                "lorafleet.trainer.canary.shadow-share", "1",
                "lorafleet.trainer.canary.min-comparisons", "1",
                "lorafleet.trainer.canary.min-ratings", "1"));
        CanaryRules rules = new TrainerComponents().canaryRules(config);
        assertThat(rules.on()).isFalse();
        assertThat(rules.shadowShare()).isEqualTo(1);
    }

    @Test
    void namesTheKeyOfAnInvalidTopicPrefix() {
        assertThatThrownBy(() -> read(Map.of("lorafleet.trainer.pool", "XL")))
                .hasMessageContaining("lorafleet.trainer.pool")
                .hasMessageContaining("expected 1 to 40 lower-case letters, digits or '-'");
        assertThatThrownBy(() -> read(Map.of("lorafleet.topic-prefix", "team a/")))
                .hasMessageContaining("lorafleet.topic-prefix")
                .hasMessageContaining("found 'team a/'");
    }

    private static TrainerConfig read(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withMapping(TrainerConfig.class)
                .withDefaultValue(DIRECTORY, "/blobs")
                .withDefaultValue(MODEL, "../deploy/demo-model")
                .withDefaultValue("HOSTNAME", "trainer-of-the-test")
                .withDefaultValues(values)
                .build()
                .getConfigMapping(TrainerConfig.class);
    }
}
