package io.lorafleet.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TrainerConfigTest {
    private static final String DIRECTORY = "lorafleet.storage.directory";

    @Test
    void hasTheseDefaults() {
        TrainerConfig config = read("/blobs");
        assertThat(config.topicPrefix()).isEmpty();
        assertThat(config.storage().directory()).isEqualTo(Path.of("/blobs"));
        assertThat(config.feedback().maxRetryPause()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void namesTheKeyOfADirectoryThatCannotBeMade() {
        assertThatThrownBy(() -> new Wiring().blobStore(read("/dev/null/blobs")))
                .hasMessageContaining(DIRECTORY);
    }

    private static TrainerConfig read(String directory) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(TrainerConfig.class)
                .withDefaultValue(DIRECTORY, directory)
                .build()
                .getConfigMapping(TrainerConfig.class);
    }
}
