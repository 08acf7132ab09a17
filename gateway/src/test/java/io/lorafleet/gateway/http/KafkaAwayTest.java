// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.lorafleet.gateway.Adapters.student;
import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.lorafleet.testkit.TestBroker;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests a gateway while Kafka stops and restarts. */
@QuarkusTest
@TestProfile(ScarceGateway.class)
class KafkaAwayTest extends GatewayTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private TestBroker broker;

    @Test
    void acceptsNothingWithoutAnAcknowledgement() throws IOException {
        worker.publish(student("fast", 1, 5));
        await().until(() -> given().get("/v1/adapters/fast").statusCode() == 200);
        String id = submit(Map.of("prompt", "a", "adapter", "fast"));
        worker.succeed(id);
        awaitStatus(id, "succeeded");

        broker.stop();

        isProblem(
                given().contentType("application/json")
                        .body(Map.of("rating", "up"))
                        .post("/v1/generations/" + id + "/feedback")
                        .then()
                        .header("Retry-After", equalTo("5")),
                503,
                "not-published");
        isProblem(post(Map.of("prompt", "a")).header("Retry-After", equalTo("5")), 503, "not-published");

        broker.start();

        await("requests are accepted again")
                .atMost(TIMEOUT)
                .until(() -> post(Map.of("prompt", "a")).extract().statusCode() == 202);
        String after = submit(Map.of("prompt", "a"));
        worker.succeed(after);
        awaitStatus(after, "succeeded");
    }
}
