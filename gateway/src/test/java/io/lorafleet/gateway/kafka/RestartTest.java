// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import static io.lorafleet.gateway.kafka.ForgedBroker.OPEN_OFFSET;
import static io.lorafleet.gateway.kafka.ForgedBroker.id;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;

import io.lorafleet.messages.Topic;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Tests a gateway that remembers few generations and starts on a broker that has many. */
@QuarkusTest
@TestProfile(RestartTest.ShortMemory.class)
@WithTestResource(ForgedBroker.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RestartTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(Integer.getInteger("test.timeout"));
    private static final List<String> OPEN = List.of(id("open", 0, 0), id("open", 1, 0), id("open", 2, 0));

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String broker;

    /** Remembers fewer generations than the topics contain, and notices new partitions quickly. */
    public static final class ShortMemory implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "lorafleet.remembered-generations",
                    "10",
                    "lorafleet.limits.max-queued-requests",
                    "5",
                    "mp.messaging.connector.smallrye-kafka.metadata.max.age.ms",
                    "500");
        }
    }

    @BeforeEach
    void awaitReadiness() {
        await("the gateway is ready").until(() -> given().get("/q/health/ready").statusCode() == 200);
    }

    @Test
    @Order(1)
    void onlyUnfinishedRequestsAreUnfinishedAfterAStart() {
        assertThat(queued()).containsExactlyInAnyOrderElementsOf(OPEN);
        given().get("/v1/generations/" + id("late", 0, 0)).then().body("status", equalTo("succeeded"));
    }

    @Test
    @Order(2)
    void raisesTheLowWaterMarks() {
        await("the marks are at the unfinished requests")
                .untilAsserted(() -> assertThat(marks())
                        .containsOnlyKeys(requests(0), requests(1), requests(2))
                        .allSatisfy(
                                (partition, mark) -> assertThat(mark.offset()).isEqualTo(OPEN_OFFSET)));
    }

    @Test
    @Order(3)
    void deletesTheStatusOfAWorkerThatHasBeenLostForMoreThanADay() {
        await("the worker is no longer listed")
                .untilAsserted(() -> given().get("/v1/workers")
                        .then()
                        .body("workerId", containsInAnyOrder("lost-just-now", "lost-today")));
        assertThat(statusesOf(ForgedBroker.LOST_FOR_LONG)).last().isNull();
    }

    /** All partitions of the topic are assigned again. */
    @Test
    @Order(4)
    void onlyUnfinishedRequestsAreUnfinishedAfterPartitionsAreAdded() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            admin.createPartitions(Map.of(Topic.REQUESTS.in(""), NewPartitions.increaseTo(4)))
                    .all()
                    .get();
        }
        ForgedBroker.request(broker, 3, "added");
        await("the gateway reads the new partition")
                .until(() -> given().get("/v1/generations/added").statusCode() == 200);
        awaitReadiness();
        assertThat(queued()).hasSize(4).contains("added").containsAll(OPEN);
    }

    /** @return the values of the records of a worker */
    private List<byte[]> statusesOf(String workerId) {
        TopicPartition workers = new TopicPartition(Topic.WORKERS.in(""), 0);
        List<byte[]> statuses = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker), new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(workers));
            consumer.seekToBeginning(List.of(workers));
            long end = consumer.endOffsets(List.of(workers)).get(workers);
            while (consumer.position(workers) < end) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(TIMEOUT)) {
                    if (record.key().equals(workerId)) {
                        statuses.add(record.value());
                    }
                }
            }
        }
        return statuses;
    }

    private Map<TopicPartition, OffsetAndMetadata> marks() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            Map<TopicPartition, OffsetAndMetadata> marks = admin.listConsumerGroupOffsets("gateway-low-water-marks")
                    .partitionsToOffsetAndMetadata()
                    .get();
            marks.keySet().removeIf(partition -> !partition.topic().equals(Topic.REQUESTS.in("")));
            return marks;
        }
    }

    private static TopicPartition requests(int partition) {
        return new TopicPartition(Topic.REQUESTS.in(""), partition);
    }

    private static List<String> queued() {
        return given().get("/v1/generations?status=queued&limit=200")
                .then()
                .statusCode(200)
                .extract()
                .path("generations.id");
    }

    private static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(TIMEOUT);
    }
}
