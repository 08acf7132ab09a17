package io.lorafleet.gateway.http;

import static io.lorafleet.gateway.Adapters.student;
import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.lorafleet.broker.EmbeddedBroker;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A fleet of its own, whose broker goes away. */
@QuarkusTest
@TestProfile(KafkaAwayTest.Impatient.class)
class KafkaAwayTest extends GatewayTest {
    public static final class Impatient implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "mp.messaging.outgoing.log.request.timeout.ms", "500",
                    "mp.messaging.outgoing.log.delivery.timeout.ms", "1000",
                    "mp.messaging.outgoing.log.max.block.ms", "1000",
                    // What every client says of it is no news here.
                    "quarkus.log.category.\"org.apache.kafka.clients\".level", "OFF");
        }
    }

    private EmbeddedBroker broker;

    @Test
    void promisesNothingThatTheBrokerDidNotTake() {
        worker.publish(student("fast", 1, 5));
        await().until(() -> given().get("/v1/adapters/fast").statusCode() == 200);
        String id = submit(Map.of("prompt", "a", "adapter", "fast"));
        worker.succeed(id);
        awaitStatus(id, "succeeded");

        broker.close();

        isProblem(
                given().contentType("application/json")
                        .body(Map.of("rating", "up"))
                        .post("/v1/generations/" + id + "/feedback")
                        .then()
                        .header("Retry-After", equalTo("5")),
                503,
                "not-published");
        isProblem(post(Map.of("prompt", "a")).header("Retry-After", equalTo("5")), 503, "not-published");
    }
}
