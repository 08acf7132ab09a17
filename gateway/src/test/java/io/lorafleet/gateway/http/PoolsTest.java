// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;

import io.lorafleet.broker.FleetTopics;
import io.lorafleet.gateway.LoraFiles;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.messages.worker.WorkerStatus.TextEncoderShape;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A second pool is added while the gateway is running. */
@QuarkusTest
@TestProfile(PoolsTest.QuickDiscovery.class)
class PoolsTest extends GatewayTest {
    private static final BaseModel XL = new BaseModel(
            "sdxl",
            "cd".repeat(32),
            8,
            128,
            SamplerName.EULER,
            null,
            List.of(new TextEncoderShape(768, 12, 77), new TextEncoderShape(1280, 32, 77)));

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String broker;

    /** Finds new topics within a second. */
    public static final class QuickDiscovery implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "mp.messaging.incoming.requests.metadata.max.age.ms", "1000",
                    "mp.messaging.incoming.batch-requests.metadata.max.age.ms", "1000");
        }
    }

    @BeforeEach
    void addThePool() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            new FleetTopics("", Set.of("xl"), 1, 1, (short) 1).provision(admin);
        }
        WorkerStatus.State ready = WorkerStatus.State.READY;
        WorkerStatus status = new WorkerStatus(
                "xl-1", ready, "cpu()", 4, 0, null, XL, List.of(), List.of(), Instant.now(), "xl", null);
        worker.send(Topic.WORKERS, "xl-1", Json.write(status));
        await("the gateway lists both bases")
                .untilAsserted(() ->
                        given().get("/v1/models").then().body("data.id", hasItems(WorkerPeer.MODEL.name(), "sdxl")));
    }

    @AfterEach
    void removeTheWorker() {
        worker.send(Topic.WORKERS, "xl-1", (byte[]) null);
    }

    @Test
    void listsTheBases() {
        given().get("/v1/bases")
                .then()
                .body("name", contains("tiny-sd", "sdxl"))
                .body("find { it.name == 'sdxl' }.fingerprint", equalTo(XL.fingerprint()))
                .body("find { it.name == 'sdxl' }.textEncoders.width", contains(768, 1280))
                .body("find { it.name == 'tiny-sd' }.controlNets.name", contains("edges"))
                .body("find { it.name == 'tiny-sd' }.controlNets.sha256", contains(WorkerPeer.SHA))
                .body("find { it.name == 'sdxl' }.controlNets", empty())
                .body("defaultSize", contains(64, 128))
                .body("sizeMultiple", contains(8, 8))
                .body("maxPixels", contains(4 * 64 * 64, 4 * 128 * 128))
                .body("defaultSampler", contains("ddim", "euler"));
    }

    @Test
    void aRequestGoesToThePoolOfItsModel() {
        String id = post(Map.of("prompt", "a red star", "model", "sdxl"))
                .statusCode(202)
                .body("request.pool", equalTo("xl"))
                .body("request.width", equalTo(128))
                .extract()
                .path("id");

        ConsumerRecord<String, byte[]> record = WorkerPeer.awaitRecord(Topic.REQUESTS.in("", "xl"), id);
        assertThat(Json.read(record.value(), GenerateImage.class).baseFingerprint())
                .isEqualTo(XL.fingerprint());
        worker.start(id);
        worker.succeed(id);
        awaitStatus(id, "succeeded");
    }

    /** A gateway that did not accept a request itself learns of it only from the request topic of its pool. */
    @Test
    void readsTheTopicsOfTheNewPool() {
        GenerateImage command = GenerateImage.builder("from-another-gateway", Instant.now())
                .prompt("a red star")
                .guidanceScale(5)
                .steps(20)
                .sampler(SamplerName.DDIM)
                .size(64, 64)
                .seed(7)
                .priority(Priority.BATCH)
                .baseFingerprint(XL.fingerprint())
                .pool("xl")
                .build();
        worker.send(new ProducerRecord<>(Topic.BATCH_REQUESTS.in("", "xl"), command.requestId(), Json.write(command)));

        awaitStatus(command.requestId(), "queued");
        given().get("/q/metrics")
                .then()
                .body(containsString("lorafleet_backlog_requests{pool=\"xl\",priority=\"batch\"} 1.0"))
                .body(containsString("lorafleet_workers{pool=\"xl\",state=\"ready\"} 1.0"));
        worker.cancelled(command.requestId());
        awaitStatus(command.requestId(), "cancelled");
    }

    @Test
    void anAdapterBelongsToTheBaseThatItsUploadNames() {
        byte[] file = LoraFiles.lora("layer", 4);
        put("chalk?model=flux", file)
                .statusCode(422)
                .body("detail", equalTo("model: expected one of tiny-sd, sdxl, found flux"));
        put("chalk?model=sdxl", file).statusCode(201).body("baseFingerprint", equalTo(XL.fingerprint()));

        post(Map.of("prompt", "a red star", "adapter", "chalk")).statusCode(202).body("request.pool", equalTo("xl"));
        isProblem(post(Map.of("prompt", "a red star", "adapter", "chalk", "model", "tiny-sd")), 400, "invalid-request");
        given().get("/v1/models/chalk").then().body("parent", equalTo("sdxl"));
    }

    @Test
    void refusesAModelThatNoPoolHas() {
        isProblem(post(Map.of("prompt", "a red star", "model", "flux")), 400, "invalid-request");
    }
}
