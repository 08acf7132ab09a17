// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.generation.Samples;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFailed.Reason;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.storage.BlobStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests requests that Kafka drops: a share group silently archives a record that was delivered too often. */
@QuarkusTest
@TestProfile(ScarceGateway.class)
class DroppedRequestTest extends GatewayTest {
    /** The embedded broker's group.share.delivery.count.limit. */
    private static final int DELIVERIES = 10;

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String broker;

    @Inject
    BlobStore blobs;

    private KafkaShareConsumer<String, byte[]> slot;
    private ConsumerRecord<String, byte[]> delivered;

    @BeforeEach
    void openSlot() {
        slot = new KafkaShareConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        broker,
                        "group.id",
                        Topic.WORKER_GROUP,
                        "share.acknowledgement.mode",
                        "explicit",
                        "share.acquire.mode",
                        "record_limit",
                        "max.poll.records",
                        1),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        slot.subscribe(Set.of(Topic.REQUESTS.in("")));
    }

    @AfterEach
    void closeSlot() {
        slot.close();
    }

    @Test
    void isRepublishedUntilItSucceeds() {
        String id = submit(Map.of("prompt", "a"));
        assertThat(deliveries(id, AcknowledgeType.RELEASE).limit(DELIVERIES))
                .containsExactlyElementsOf(upTo(DELIVERIES));

        assertThat(deliveries(id, AcknowledgeType.REJECT).limit(2)).containsExactly(1, 1);
        assertThat(deliveries(id, AcknowledgeType.ACCEPT).limit(1)).containsExactly(1);

        worker.succeed(id);
        awaitStatus(id, "succeeded");
    }

    /** Such as a field that only gateways of the next release know. */
    @Test
    void isRepublishedWithAllItsFieldsAndHeaders() {
        String id = "from-the-next-release";
        byte[] next = Json.write(Samples.request(id));
        byte[] field = "{\"newField\":\"kept\",".getBytes(UTF_8);
        byte[] value = ByteBuffer.allocate(field.length + next.length - 1)
                .put(field)
                .put(next, 1, next.length - 1)
                .array();
        worker.send(new ProducerRecord<>(
                Topic.REQUESTS.in(""), null, id, value, List.of(new RecordHeader("new-header", new byte[] {7}))));
        assertThat(deliveries(id, AcknowledgeType.REJECT).limit(2)).containsExactly(1, 1);
        assertThat(delivered.value()).isEqualTo(value);
        assertThat(delivered.headers().lastHeader("new-header").value()).containsExactly(7);
        worker.succeed(id);
        awaitStatus(id, "succeeded");
    }

    /** Kafka may have deleted the result but not the request. */
    @Test
    void isNotRepublishedIfItHasAManifest() throws IOException {
        String id = submit(Map.of("prompt", "a"));
        assertThat(deliveries(id, AcknowledgeType.RELEASE).limit(1)).containsExactly(1);
        GenerateImage request = Json.read(delivered.value(), GenerateImage.class);
        GenerationFailed end = new GenerationFailed(id, "w", Instant.now(), Reason.ADAPTER_UNUSABLE, "adapter: gone");
        blobs.putIfAbsent(BlobKeys.manifest(id), Json.write(new GenerationManifest(request, end)));
        assertThat(deliveries(id, AcknowledgeType.ACCEPT).limit(1)).containsExactly(2);
        awaitStatus(id, "failed");
    }

    private static List<Integer> upTo(int last) {
        return IntStream.rangeClosed(1, last).boxed().toList();
    }

    /**
     * Acquires a request repeatedly, and acknowledges each delivery in the given way. Other requests are finished.
     *
     * @return the delivery counts of the request
     */
    private Stream<Integer> deliveries(String id, AcknowledgeType answer) {
        return Stream.generate(() -> next(id, answer));
    }

    private int next(String id, AcknowledgeType answer) {
        Instant deadline = Instant.now().plus(TIMEOUT);
        while (Instant.now().isBefore(deadline)) {
            for (ConsumerRecord<String, byte[]> record : slot.poll(Duration.ofMillis(200))) {
                if (record.key().equals(id)) {
                    delivered = record;
                    slot.acknowledge(record, answer);
                    slot.commitSync();
                    return record.deliveryCount().orElseThrow();
                }
                worker.succeed(record.key());
                slot.acknowledge(record, AcknowledgeType.ACCEPT);
                slot.commitSync();
            }
        }
        throw new AssertionError("expected request " + id + ", found none in " + TIMEOUT);
    }
}
