package io.lorafleet.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayConfigTest {
    private static final String DIRECTORY = "lorafleet.storage.directory";

    @Test
    void hasTheseDefaults() {
        GatewayConfig config = read(Map.of(DIRECTORY, "/blobs"));
        assertThat(config.topicPrefix()).isEmpty();
        assertThat(config.storage().directory()).isEqualTo(Path.of("/blobs"));
        assertThat(config.limits().maxPromptLength()).isEqualTo(1000);
        assertThat(config.limits().maxSteps()).isEqualTo(200);
        assertThat(config.limits().maxCount()).isEqualTo(8);
        assertThat(config.limits().maxPixels()).isEqualTo(1024 * 1024);
        assertThat(config.limits().maxInitImageBytes()).isEqualTo(8 * 1024 * 1024);
        assertThat(config.limits().maxInitImagePixels()).isEqualTo(2048 * 2048);
        assertThat(config.limits().maxAdapterBytes()).isEqualTo(512L * 1024 * 1024);
        assertThat(config.limits().maxStoredBytesPerCaller()).isEqualTo(4L * 1024 * 1024 * 1024);
        assertThat(config.storage().minFreeBytes()).isEqualTo(1024 * 1024 * 1024);
        assertThat(config.gateway().adapterDirectory()).isEmpty();
        assertThat(config.openai().timeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.rememberedGenerations()).isEqualTo(10_000);
    }

    @Test
    void namesTheKeyThatIsMissing() {
        assertThatThrownBy(() -> read(Map.of())).hasMessageContaining(DIRECTORY);
    }

    @Test
    void namesTheKeyThatIsUnknown() {
        assertThatThrownBy(() -> read(Map.of(DIRECTORY, "/blobs", "lorafleet.limits.max-stepz", "5")))
                .hasMessageContaining("lorafleet.limits.max-stepz");
    }

    @Test
    void namesTheKeyOfADirectoryThatCannotBeMade() {
        GatewayConfig config = read(Map.of(DIRECTORY, "/dev/null/blobs"));
        assertThatThrownBy(() -> new Wiring(config).blobStore()).hasMessageContaining(DIRECTORY);
    }

    @Test
    void namesTheKeyOfAnAdapterDirectoryThatIsNotThere() {
        String key = "lorafleet.gateway.adapter-directory";
        GatewayConfig config = read(Map.of(DIRECTORY, "/blobs", key, "/dev/null"));
        assertThatThrownBy(() -> new Wiring(config).adapterFiles(null))
                .hasMessage(key + ": expected a directory, found /dev/null");
    }

    @Test
    void namesTheKeyOfALimitBeyondTheMessagesOwn() {
        GatewayConfig config = read(Map.of(DIRECTORY, "/blobs", "lorafleet.limits.max-steps", "1001"));
        assertThatThrownBy(() -> new Wiring(config).admissionRules(null, null, null, null, null))
                .hasMessage("lorafleet.limits.max-steps: expected 1 to 1000, found 1001");
    }

    @Test
    void namesTheKeyOfAnImageThatNoBodyCouldHold() {
        GatewayConfig config = read(Map.of(DIRECTORY, "/blobs", "lorafleet.limits.max-init-image-bytes", "15000001"));
        assertThatThrownBy(() -> new Wiring(config).admissionRules(null, null, null, null, null))
                .hasMessage("lorafleet.limits.max-init-image-bytes: expected 1 to 15000000, found 15000001");
    }

    @ParameterizedTest
    @CsvSource({"lorafleet.storage.min-free-bytes, -1", "lorafleet.limits.max-stored-bytes-per-caller, 0"})
    void namesTheKeyOfAStorageLimitThatIsNone(String key, String value) {
        GatewayConfig config = read(Map.of(DIRECTORY, "/blobs", key, value));
        assertThatThrownBy(() -> new Wiring(config).clientBlobs(null, null))
                .hasMessageStartingWith(key + ": expected")
                .hasMessageEndingWith("found " + value);
    }

    private static GatewayConfig read(Map<String, String> keys) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(GatewayConfig.class)
                .withDefaultValues(keys)
                .build()
                .getConfigMapping(GatewayConfig.class);
    }
}
