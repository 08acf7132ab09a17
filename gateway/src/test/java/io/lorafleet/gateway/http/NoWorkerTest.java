package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import io.lorafleet.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

/** A fleet of its own, in which nobody has announced anything. */
@QuarkusTest
@TestProfile(NoWorkerTest.FreshFleet.class)
@WithTestResource(BrokerResource.class)
class NoWorkerTest {
    public static final class FreshFleet implements QuarkusTestProfile {}

    @Test
    void asksToTryAgainWhenAWorkerMayBeUp() {
        GatewayTest.isProblem(
                given().contentType("application/json")
                        .body("{\"prompt\":\"a\"}")
                        .post("/v1/generations")
                        .then()
                        .header("Retry-After", equalTo("5")),
                503,
                "no-worker");
    }
}
