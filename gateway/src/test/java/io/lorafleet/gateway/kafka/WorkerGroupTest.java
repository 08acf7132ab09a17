// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.FleetTopics;
import io.lorafleet.broker.Ports;
import io.lorafleet.messages.Topic;
import io.smallrye.mutiny.TimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests with a real broker. */
class WorkerGroupTest {
    private static final String PREFIX = "test.";

    private final AtomicReference<Set<String>> topics = new AtomicReference<>(Set.of());
    private final AtomicReference<Map<TopicPartition, SharePartitionOffsetInfo>> offsets =
            new AtomicReference<>(Map.of());
    private final Set<String> pools = ConcurrentHashMap.newKeySet();
    private EmbeddedBroker broker;
    private BrokerAdmin admin;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        broker = EmbeddedBroker.start(folder, Ports.free(), Ports.free());
        provision(Set.of());
        admin = new BrokerAdmin(settings(), Duration.ofSeconds(2));
    }

    @AfterEach
    void close() {
        admin.close();
        broker.close();
    }

    @Test
    void followsThePoolsThatAreAdded() throws Exception {
        WorkerGroup group = group((found, read) -> {
            topics.set(found);
            offsets.set(read);
        });
        try {
            await("the default pool is known").until(() -> pools.equals(Set.of("default")));
            provision(Set.of("xl"));
            await("the new pool is known").until(() -> pools.equals(Set.of("default", "xl")));
            await("its topics are known")
                    .untilAsserted(() -> assertThat(topics.get())
                            .containsExactlyInAnyOrder(
                                    "test.generation.requests",
                                    "test.generation.requests.batch",
                                    "test.generation.requests-xl",
                                    "test.generation.requests.batch-xl"));
            processRequest(Topic.REQUESTS.in(PREFIX, "xl"), Topic.workerGroup(PREFIX, "xl"));
            await("the offsets of the pool's group are known")
                    .until(() -> offsets.get().keySet().stream()
                            .anyMatch(partition -> partition.topic().equals("test.generation.requests-xl")));
        } finally {
            group.stop();
        }
    }

    @Test
    void pollsAgainAfterAFailure() {
        AtomicInteger polls = new AtomicInteger();
        WorkerGroup failing = group((found, read) -> {
            polls.incrementAndGet();
            // As when a partition has no leader while the gateway starts.
            throw new TimeoutException();
        });
        try {
            await("the group is polled again").until(() -> polls.get() >= 3);
        } finally {
            failing.stop();
        }
    }

    private WorkerGroup group(WorkerGroup.Check check) {
        return new WorkerGroup(admin, PREFIX, pools::add, check, () -> Duration.ofMillis(50));
    }

    private void provision(Set<String> more) throws Exception {
        try (Admin client = Admin.create(settings())) {
            new FleetTopics(PREFIX, more, 1, 1, (short) 1).provision(client);
        }
    }

    /** Publishes a request, and acknowledges it as a worker does. */
    private void processRequest(String topic, String group) throws Exception {
        try (var client = new KafkaProducer<>(settings(), new StringSerializer(), new ByteArraySerializer())) {
            client.send(new ProducerRecord<>(topic, "r", new byte[0])).get();
        }
        Map<String, Object> ofGroup = new HashMap<>(settings());
        ofGroup.put("group.id", group);
        try (var worker = new KafkaShareConsumer<>(ofGroup, new StringDeserializer(), new ByteArrayDeserializer())) {
            worker.subscribe(Set.of(topic));
            await("a worker receives the request")
                    .until(() -> !worker.poll(Duration.ofMillis(100)).isEmpty());
            worker.commitSync();
        }
    }

    private Map<String, Object> settings() {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }

    private static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(Duration.ofSeconds(30));
    }
}
