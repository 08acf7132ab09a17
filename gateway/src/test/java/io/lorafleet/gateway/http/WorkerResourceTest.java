// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.lorafleet.messages.Topic;
import io.lorafleet.messages.worker.WorkerStatus;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import org.junit.jupiter.api.Test;

@QuarkusTest
class WorkerResourceTest extends GatewayTest {

    @Test
    void listsTheWorkersWithWhatTheyHold() {
        worker.announce("w0-stopped", WorkerStatus.State.STOPPED, Instant.parse("2026-01-01T00:00:00Z"));
        worker.announce("w0-late-clock", WorkerStatus.State.READY, Instant.parse("2026-01-01T00:00:00Z"));
        worker.announce("w0-ready", WorkerStatus.State.READY, Instant.now());
        String listed = "findAll { it.workerId.startsWith('w0') }.";
        await().untilAsserted(() -> given().get("/v1/workers")
                .then()
                .statusCode(200)
                .body(listed + "workerId", contains("w0-late-clock", "w0-ready", "w0-stopped"))
                .body(listed + "state", contains("ready", "ready", "stopped"))
                .body(listed + "lastSeen", not(hasItem(startsWith("2026-01-01")))));
        given().get("/v1/workers")
                .then()
                .body("[0].device", equalTo("cpu()"))
                .body("[0].slots", equalTo(2))
                .body("[0].busySlots", equalTo(1))
                .body("[0].model", equalTo("tiny-sd"))
                .body("[0].residentAdapters", contains("ink@1"))
                .body("[0].refusedAdapters[0].adapter", equalTo("oil@2"))
                .body("[0].refusedAdapters[0].reason", equalTo("expected finite numbers"));
    }

    @Test
    void forgetsAWorkerWhoseRecordWasDeleted() {
        worker.announce("gone", WorkerStatus.State.STOPPED, Instant.now());
        await().untilAsserted(() -> given().get("/v1/workers").then().body("workerId", hasItem("gone")));
        worker.send(Topic.WORKERS, "gone", (byte[]) null);
        await().untilAsserted(() -> given().get("/v1/workers").then().body("workerId", not(hasItem("gone"))));
    }
}
