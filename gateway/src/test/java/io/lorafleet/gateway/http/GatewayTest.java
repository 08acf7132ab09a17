// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.lorafleet.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;

/** A running gateway with a real broker. The test is the only worker. */
@WithTestResource(BrokerResource.class)
@WithTestResource(NeighboursResource.class)
abstract class GatewayTest {
    protected static WorkerPeer worker;

    /** Announces the worker before each test, because a worker without a recent status counts as lost. */
    @BeforeEach
    void announceTheWorker() throws IOException {
        if (worker == null) {
            worker = WorkerPeer.known();
        }
        worker.announce();
    }

    @AfterAll
    static void closeTheWorker() {
        worker.close();
        worker = null;
    }

    protected static ValidatableResponse post(Object body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/generations")
                .then();
    }

    /** @return the id of the accepted generation */
    protected static String submit(Object body) {
        return post(body).statusCode(202).extract().path("id");
    }

    /**
     * Uploads an adapter.
     *
     * @param nameAndQuery the rest of the URL after {@code /v1/adapters/}
     */
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
