// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests with one topic for all channels. Each of its two partitions ends with a transaction marker. */
class CaughtUpTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final String LAST = CaughtUp.CHANNELS.get(CaughtUp.CHANNELS.size() - 1);
    private static final TopicPartition SHORT = new TopicPartition("topic", 0);
    private static final TopicPartition LONG = new TopicPartition("topic", 1);

    private final Map<String, Map<TopicPartition, Long>> positions = new ConcurrentHashMap<>();
    private final FoldedOffsets folded = new FoldedOffsets("");
    private final UnfinishedRequests unfinished = new UnfinishedRequests(folded, time -> false);
    private final CaughtUp caughtUp = new CaughtUp(
            channel -> positions.getOrDefault(channel, Map.of()), Consumer::beginningOffsets, folded, unfinished);
    private EmbeddedBroker broker;
    private KafkaProducer<String, byte[]> producer;
    private KafkaConsumer<String, byte[]> consumer;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        broker = EmbeddedBroker.start(folder, Ports.free(), Ports.free());
        String address = broker.bootstrapServers();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            admin.createTopics(List.of(new NewTopic("topic", 2, (short) 1)))
                    .all()
                    .get();
        }
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", address, "transactional.id", "trainer"),
                new StringSerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
        consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        address,
                        "auto.offset.reset",
                        "earliest",
                        "isolation.level",
                        "read_committed"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(List.of(SHORT, LONG));
        publish(SHORT, LONG, LONG);
    }

    @AfterEach
    void close() {
        consumer.close();
        producer.close();
        broker.close();
    }

    @Test
    void isDownWhileATopicIsReadFromItsStart() {
        assertThat(status()).as("before partitions are assigned").isEqualTo(Status.DOWN);
        isAt(0, 0);
        assertThat(status()).as("before the ends are known").isEqualTo(Status.DOWN);
        caughtUp.onPartitionsAssigned(consumer, List.of(SHORT, LONG));
        assertThat(status()).as("with all to read").isEqualTo(Status.DOWN);
        isAt(2, 2);
        assertThat(status()).as("with one partition to read").isEqualTo(Status.DOWN);
    }

    @Test
    void isUpWhenTheInitialRecordsAreRead() {
        caughtUp.onPartitionsAssigned(consumer, List.of(SHORT, LONG));
        Awaitility.await("the consumer is behind the markers").atMost(TIMEOUT).until(() -> {
            consumer.poll(Duration.ofMillis(100));
            return consumer.position(SHORT) == 2 && consumer.position(LONG) == 3;
        });
        publish(SHORT, LONG);
        isAt(consumer.position(SHORT), consumer.position(LONG));
        positions.put(LAST, Map.of(SHORT, 0L, LONG, 0L));
        assertThat(status()).as("with one topic to read").isEqualTo(Status.DOWN);
        assertThat(read()).contains("requests", "results").doesNotContain(LAST);

        positions.put(LAST, positions.get("requests"));
        assertThat(status()).as("before unfinished requests are checked").isEqualTo(Status.DOWN);
        unfinished.settled(unfinished.round());
        assertThat(status()).isEqualTo(Status.UP);

        positions.clear(); // as during a rebalance
        assertThat(status()).isEqualTo(Status.UP);
    }

    /** As after a rebalance: the consumer's own position is at the start of the topic again. */
    @Test
    void continuesAfterTheLastRecordThatWasFolded() {
        caughtUp.onPartitionsAssigned(consumer, List.of(SHORT, LONG));
        folded.folded(new ConsumerRecord<>("topic", LONG.partition(), 1, "key", new byte[0]));
        consumer.seekToBeginning(List.of(SHORT, LONG));
        caughtUp.onPartitionsAssigned(consumer, List.of(SHORT, LONG));
        assertThat(consumer.position(SHORT)).isZero();
        assertThat(consumer.position(LONG)).isEqualTo(2);
    }

    @Test
    void isDownAgainUntilReassignedPartitionsAreRead() {
        caughtUp.onPartitionsAssigned(consumer, List.of(SHORT, LONG));
        isAt(2, 3);
        unfinished.settled(unfinished.round());
        assertThat(status()).isEqualTo(Status.UP);

        publish(LONG); // while the gateway is suspended
        Awaitility.await("the transaction is complete")
                .atMost(TIMEOUT)
                .until(() -> consumer.endOffsets(List.of(LONG)).get(LONG) == 5);
        caughtUp.onPartitionsAssigned(consumer, List.of(SHORT, LONG));
        unfinished.settled(unfinished.round());
        assertThat(status()).as("with a record to read").isEqualTo(Status.DOWN);
        isAt(2, 5);
        assertThat(status()).isEqualTo(Status.UP);
    }

    /** @param partitions partitions to write to, one record each, in one transaction */
    private void publish(TopicPartition... partitions) {
        producer.beginTransaction();
        for (TopicPartition partition : partitions) {
            producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), "key", new byte[0]));
        }
        producer.commitTransaction();
    }

    private void isAt(long inShort, long inLong) {
        CaughtUp.CHANNELS.forEach(channel -> positions.put(channel, Map.of(SHORT, inShort, LONG, inLong)));
    }

    private Status status() {
        return caughtUp.call().getStatus();
    }

    private String read() {
        HealthCheckResponse response = caughtUp.call();
        return response.getData().orElseThrow().get("read").toString();
    }
}
