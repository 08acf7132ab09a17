package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.lorafleet.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A running gateway at a real broker, with the test as the one worker. */
@WithTestResource(BrokerResource.class)
abstract class GatewayTest {
    protected WorkerPeer worker;

    @BeforeEach
    void announceTheWorker() throws IOException {
        worker = new WorkerPeer();
        worker.announce();
        await().untilAsserted(() -> given().get("/q/health/ready").then().statusCode(200));
        await().until(() -> post(Map.of("prompt", "warm up")).extract().statusCode() == 202);
    }

    @AfterEach
    void closeTheWorker() {
        worker.close();
    }

    protected static ValidatableResponse post(Object order) {
        return given().contentType("application/json")
                .body(order)
                .post("/v1/generations")
                .then();
    }

    /** @return the id of a generation that was accepted */
    protected static String submit(Object order) {
        return post(order).statusCode(202).extract().path("id");
    }

    /** Uploads an adapter. @param nameAndQuery what comes behind {@code /v1/adapters/} */
    protected static ValidatableResponse put(String nameAndQuery, byte[] safetensors) {
        return given().contentType("application/octet-stream")
                .body(safetensors)
                .put("/v1/adapters/" + nameAndQuery)
                .then();
    }

    protected static void awaitStatus(String id, String status) {
        await().untilAsserted(() ->
                given().get("/v1/generations/" + id).then().statusCode(200).body("status", equalTo(status)));
    }

    protected static void isProblem(ValidatableResponse response, int status, String type) {
        response.statusCode(status)
                .contentType("application/problem+json")
                .body("status", equalTo(status))
                .body("type", equalTo("urn:lorafleet:problem:" + type));
    }
}
