package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import io.lorafleet.messages.Topic;
import io.lorafleet.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** In a fleet of its own, whose requests it can count. */
@QuarkusTest
@TestProfile(RequestLagTest.FreshFleet.class)
@WithTestResource(BrokerResource.class)
class RequestLagTest extends GatewayTest {
    public static final class FreshFleet implements QuarkusTestProfile {}

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String broker;

    @Test
    void countsTheRequestsThatNoWorkerHasFinished() {
        isLag(Topic.REQUESTS, "NaN");
        submit(Map.of("prompt", "a", "priority", "batch"));
        finishWhatIsThere();
        for (int i = 0; i < 3; i++) {
            submit(Map.of("prompt", "a"));
        }
        isLag(Topic.REQUESTS, "3.0");
        isLag(Topic.BATCH_REQUESTS, "0.0");
        submit(Map.of("prompt", "a", "priority", "batch"));
        isLag(Topic.BATCH_REQUESTS, "1.0");
    }

    /** As workers would. The order that the gateway was warmed up with is interactive. */
    private void finishWhatIsThere() {
        Map<String, Object> settings = Map.of("bootstrap.servers", broker, "group.id", Topic.WORKER_GROUP);
        try (KafkaShareConsumer<String, byte[]> slot =
                new KafkaShareConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            Set<String> topics = Set.of(Topic.REQUESTS.in(""), Topic.BATCH_REQUESTS.in(""));
            slot.subscribe(topics);
            Set<String> seen = new HashSet<>();
            await().atMost(PATIENCE).until(() -> {
                slot.poll(Duration.ofMillis(200)).forEach(record -> seen.add(record.topic()));
                slot.commitSync();
                return seen.equals(topics);
            });
        }
    }

    private static void isLag(Topic topic, String lag) {
        // Not REST Assured's own check, which prints the whole page each time that it fails.
        await().atMost(PATIENCE)
                .until(
                        () -> given().get("/q/metrics").asString(),
                        containsString("lorafleet_requests_lag{topic=\"" + topic.in("") + "\"} " + lag));
    }
}
