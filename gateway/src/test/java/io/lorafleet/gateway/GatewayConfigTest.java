// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.storage.config.BlobStores;
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
    void hasDefaults() {
        GatewayConfig config = read(Map.of(DIRECTORY, "/blobs"));
        assertThat(config.topicPrefix()).isEmpty();
        assertThat(config.storage().directory()).contains(Path.of("/blobs"));
        assertThat(config.limits().maxPromptLength()).isEqualTo(1000);
        assertThat(config.limits().maxSteps()).isEqualTo(200);
        assertThat(config.limits().maxCount()).isEqualTo(8);
        assertThat(config.limits().maxPixels()).isEqualTo(1024 * 1024);
        assertThat(config.limits().maxSizeRatio()).isEqualTo(4);
        assertThat(config.limits().maxInitImageBytes()).isEqualTo(8 * 1024 * 1024);
        assertThat(config.limits().maxInitImagePixels()).isEqualTo(2048 * 2048);
        assertThat(config.limits().maxAdapterBytes()).isEqualTo(512L * 1024 * 1024);
        assertThat(config.limits().maxStoredBytesPerCaller()).isEqualTo(4L * 1024 * 1024 * 1024);
        assertThat(config.storage().minFreeBytes()).isEqualTo(1024 * 1024 * 1024);
        assertThat(config.limits().maxQueuedEvaluations()).isEqualTo(100_000);
        assertThat(config.limits().maxQueuedEvaluationsPerCaller()).isEqualTo(25_000);
        assertThat(config.limits().maxQueuedRequests()).isEqualTo(5000);
        assertThat(config.limits().maxQueuedRequestsPerCaller()).isEqualTo(1250);
        assertThat(config.limits().maxEventStreams()).isEqualTo(2000);
        assertThat(config.limits().maxEventStreamsPerCaller()).isEqualTo(200);
        assertThat(config.limits().maxRequestsPerCaller()).isEqualTo(64);
        assertThat(config.limits().maxBodyBytes()).isEqualTo(64 * 1024 * 1024);
        assertThat(config.limits().maxBodyBytesPerCaller()).isEqualTo(32 * 1024 * 1024);
        assertThat(config.limits().minBodyBytesPerSecond()).isEqualTo(16 * 1024);
        assertThat(config.limits().bodyGracePeriod()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.security().apiKeys()).isEmpty();
        assertThat(config.security().allowedHosts()).isEmpty();
        assertThat(config.security().tokenRolePrefix()).isEmpty();
        assertThat(config.gateway().adapterDirectory()).isEmpty();
        assertThat(config.gateway().droppedRequestTimeout()).isEqualTo(Duration.ofSeconds(6));
        assertThat(config.gateway().forgetLostWorkersAfter()).isEqualTo(Duration.ofHours(24));
        assertThat(config.openai().timeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.sdapi().enabled()).isFalse();
        assertThat(config.webhooks().secret()).isEmpty();
        assertThat(config.webhooks().previousSecret()).isEmpty();
        assertThat(config.webhooks().trustedOrigins()).isEmpty();
        assertThat(config.webhooks().timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.webhooks().pauses())
                .containsExactly(
                        Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(10));
        assertThat(config.webhooks().giveUpAfter()).isEqualTo(Duration.ofMinutes(30));
        assertThat(config.webhooks().maxConcurrentCalls()).isEqualTo(64);
        assertThat(config.webhooks().maxConcurrentCallsPerHost()).isEqualTo(4);
        assertThat(config.rememberedGenerations()).isEqualTo(10_000);
    }

    @Test
    void needsEitherADirectoryOrABucket() {
        String bucket = "lorafleet.storage.s3.bucket";
        String expected = "expected either " + DIRECTORY + " or " + bucket + ", found ";
        assertThatThrownBy(() -> BlobStores.open(read(Map.of()).storage())).hasMessage(expected + "neither");
        assertThatThrownBy(() -> BlobStores.open(
                        read(Map.of(DIRECTORY, "/blobs", bucket, "blobs")).storage()))
                .hasMessage(expected + "both");
    }

    @Test
    void namesTheBucketThatCannotBeUsed() {
        Map<String, String> noServer = Map.of(
                "lorafleet.storage.s3.bucket",
                "blobs",
                "lorafleet.storage.s3.endpoint",
                "http://127.0.0.1:1",
                "lorafleet.storage.s3.path-style",
                "true");
        assertThatThrownBy(() -> BlobStores.open(read(noServer).storage()))
                .hasMessageStartingWith(
                        "lorafleet.storage.s3.bucket: expected a usable bucket, found blobs: object store:"
                                + " cannot write .lorafleet/conditional-writes: ");
    }

    @Test
    void namesTheKeyThatIsUnknown() {
        assertThatThrownBy(() -> read(Map.of(DIRECTORY, "/blobs", "lorafleet.limits.max-stepz", "5")))
                .hasMessageContaining("lorafleet.limits.max-stepz");
    }

    @Test
    void namesTheKeyOfAnInvalidTopicPrefix() {
        assertThatThrownBy(() -> read(Map.of(DIRECTORY, "/blobs", "lorafleet.topic-prefix", "team a/")))
                .hasMessageContaining("lorafleet.topic-prefix")
                .hasMessageContaining("letters, digits, '.', '_' or '-', found 'team a/'");
    }

    @Test
    void namesTheKeyOfAnUnusableDirectory() {
        GatewayConfig config = read(Map.of(DIRECTORY, "/dev/null/blobs"));
        assertThatThrownBy(() -> new GatewayComponents(config).blobStore()).hasMessageContaining(DIRECTORY);
    }

    @Test
    void namesTheKeyOfAMissingAdapterDirectory() {
        String key = "lorafleet.gateway.adapter-directory";
        GatewayConfig config = read(Map.of(DIRECTORY, "/blobs", key, "/dev/null"));
        assertThatThrownBy(() -> new GatewayComponents(config).adapterFiles(null))
                .hasMessage(key + ": expected a directory, found /dev/null");
    }

    @Test
    void namesTheKeyOfALimitBeyondTheMessagesOwn() {
        GatewayConfig config = read(Map.of(DIRECTORY, "/blobs", "lorafleet.limits.max-steps", "1001"));
        assertThatThrownBy(() -> new GatewayComponents(config).admissionRules(null, null, null, null, null))
                .hasMessage("lorafleet.limits.max-steps: expected 1 to 1000, found 1001");
    }

    @Test
    void namesTheKeyOfAnInitImageLimitAboveTheJsonLimit() {
        GatewayConfig config = read(Map.of(DIRECTORY, "/blobs", "lorafleet.limits.max-init-image-bytes", "15000001"));
        assertThatThrownBy(() -> new GatewayComponents(config).admissionRules(null, null, null, null, null))
                .hasMessage("lorafleet.limits.max-init-image-bytes: expected 1 to 15000000, found 15000001");
    }

    @ParameterizedTest
    @CsvSource({"lorafleet.storage.min-free-bytes, -1", "lorafleet.limits.max-stored-bytes-per-caller, 0"})
    void namesTheKeyOfAnInvalidStorageLimit(String key, String value) {
        GatewayConfig config = read(Map.of(DIRECTORY, "/blobs", key, value));
        assertThatThrownBy(() -> new GatewayComponents(config).clientBlobs(null, null))
                .hasMessageStartingWith(key + ": expected")
                .hasMessageEndingWith("found " + value);
    }

    @ParameterizedTest
    @CsvSource({"dropped-request-timeout, PT0.1S to PT10M", "forget-lost-workers-after, PT1M to PT8760H"})
    void namesTheKeyOfAnInvalidTimeout(String name, String expected) {
        String key = "lorafleet.gateway." + name;
        GatewayConfig config = read(Map.of(DIRECTORY, "/blobs", key, "0s"));
        assertThatThrownBy(() -> new GatewayComponents(config).generationTable(null))
                .hasMessage(key + ": expected " + expected + ", found PT0S");
    }

    @Test
    void namesTheKeyOfAnInvalidOrigin() {
        String key = "lorafleet.webhooks.trusted-origins";
        GatewayConfig config = read(Map.of(DIRECTORY, "/blobs", key, "http://hooks.internal:9000,hooks.internal"));
        assertThatThrownBy(() -> new GatewayComponents(config).webhookRules())
                .hasMessage(key + ": expected an origin such as http://hooks.internal:9000, found hooks.internal");
    }

    @ParameterizedTest
    @CsvSource({
        "secret, whsec_c2hvcnQ=, 'expected whsec_ followed by 24 to 64 random bytes in base64, found other text'",
        "previous-secret, whsec_c2hvcnQ=, 'lorafleet.webhooks.secret must be set as well'",
        "timeout, 0s, 'expected PT0.001S to PT10M, found PT0S'",
        "give-up-after, 25h, 'expected PT0.001S to PT24H, found PT25H'",
        "max-concurrent-calls, 0, 'expected 1 to 1000, found 0'",
        "max-concurrent-calls-per-host, 1001, 'expected 1 to 1000, found 1001'"
    })
    void namesTheKeyOfAnInvalidWebhookSetting(String key, String value, String message) {
        GatewayConfig config = read(Map.of(DIRECTORY, "/blobs", "lorafleet.webhooks." + key, value));
        assertThatThrownBy(() -> new GatewayComponents(config).webhooks(null, null, null, null))
                .hasMessage("lorafleet.webhooks." + key + ": " + message);
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
