// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.diffusion.Precision;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkerConfigTest {
    private final Map<String, String> keys =
            new HashMap<>(Map.of("lorafleet.model", "models/sd15", "lorafleet.storage.directory", "blobs"));

    @Test
    void hasTheseDefaults() {
        WorkerConfig config = read();
        assertThat(config.topicPrefix()).isEmpty();
        assertThat(config.worker().id()).isEqualTo("worker");
        assertThat(config.worker().threads()).isEmpty();
        assertThat(config.worker().precision()).isEqualTo(Precision.FLOAT32);
        assertThat(config.worker().controlNets()).isEmpty();
        assertThat(config.worker().tileAbovePixels()).isEqualTo(1024 * 1024);
        assertThat(config.worker().slots()).isEqualTo(12);
        assertThat(config.worker().interactiveSlots()).isEqualTo(2);
        assertThat(config.worker().maxBatchRows()).isEmpty();
        assertThat(config.worker().maxBatchWait()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.worker().previewEvery()).isEqualTo(Duration.ofMillis(250));
        assertThat(config.worker().imageMetadata()).isTrue();
        assertThat(config.worker().maxAttempts()).isEqualTo(4);
        assertThat(config.worker().hangTimeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.worker().drainTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.worker().adapters().deviceBytes()).isEqualTo(1L << 30);
        assertThat(config.worker().adapters().hostBytes()).isEqualTo(1L << 30);
        assertThat(config.worker().adapters().maxRank()).isEqualTo(256);
    }

    @Test
    void namesAMissingKey() {
        keys.remove("lorafleet.model");
        assertThatThrownBy(this::read).hasMessageContaining("lorafleet.model");
    }

    @Test
    void namesTheKeyOfAnInvalidTopicPrefix() {
        keys.put("lorafleet.topic-prefix", "team a/");
        assertThatThrownBy(this::read)
                .hasMessageContaining("lorafleet.topic-prefix")
                .hasMessageContaining("found 'team a/'");
    }

    @Test
    void namesTheKeyOfAnInvalidPool() {
        keys.put("lorafleet.worker.pool", "XL");
        assertThatThrownBy(this::read)
                .hasMessageContaining("lorafleet.worker.pool")
                .hasMessageContaining("found 'XL'");
    }

    private WorkerConfig read() {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .withMapping(WorkerConfig.class)
                .withSources(new PropertiesConfigSource(keys, "test", 100))
                .build()
                .getConfigMapping(WorkerConfig.class);
    }
}
