// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.FleetTopics;
import io.lorafleet.broker.Ports;
import io.lorafleet.messages.Topic;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.TimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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

/** Tests with a real broker, whose topics have three partitions. */
class WorkerGroupTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String PREFIX = "test.";
    private static final String REQUESTS = Topic.REQUESTS.in(PREFIX);
    private static final String BATCH = Topic.BATCH_REQUESTS.in(PREFIX);

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicReference<Map<TopicPartition, SharePartitionOffsetInfo>> answer =
            new AtomicReference<>(Map.of());
    private final Set<String> pools = ConcurrentHashMap.newKeySet();
    private final List<BrokerAdmin> admins = new ArrayList<>();
    private EmbeddedBroker broker;
    private KafkaProducer<String, byte[]> clients;
    private KafkaShareConsumer<String, byte[]> workers;
    private WorkerGroup group;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        broker = EmbeddedBroker.start(folder, Ports.free(), Ports.free());
        Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
        try (Admin admin = Admin.create(settings)) {
            new FleetTopics(PREFIX, 3, (short) 1).provision(admin);
        }
        clients = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
        workers = new KafkaShareConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "group.id", PREFIX + Topic.WORKER_GROUP),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        workers.subscribe(Set.of(REQUESTS, BATCH));
        group = group(answer::set, meters);
    }

    @AfterEach
    void close() {
        group.stop();
        admins.forEach(BrokerAdmin::close);
        clients.close();
        workers.close();
        broker.close();
    }

    @Test
    void countsTheRequestsThatNoWorkerHasFinished() throws Exception {
        assertThat(lag(REQUESTS)).as("before there was any worker").isNaN();

        request(REQUESTS, 0);
        finish(1);
        request(REQUESTS, 1, 1, 2);
        await("the broker knows one partition of three")
                .until(() -> known(REQUESTS).equals(Set.of(0)));
        assertThat(lag(REQUESTS))
                .as("of which three requests wait in the others")
                .isNaN();

        finish(3);
        isLag(REQUESTS, 0);
        assertThat(lag(BATCH)).isNaN();
        request(BATCH, 0, 1, 2);
        finish(3);
        isLag(BATCH, 0);

        request(REQUESTS, 0, 1, 1, 1, 2);
        request(BATCH, 2);
        isLag(REQUESTS, 5);
        isLag(BATCH, 1);

        broker.close();
        await("nothing is known without a broker").until(() -> Double.isNaN(lag(REQUESTS)));
        assertThat(lag(BATCH)).isNaN();
    }

    @Test
    void followsThePoolsThatAreAdded() throws Exception {
        String xl = Topic.REQUESTS.in(PREFIX, "xl");
        await("the default pool is known").until(() -> pools.equals(Set.of("default")));
        Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
        try (Admin admin = Admin.create(settings)) {
            new FleetTopics(PREFIX, Set.of("xl"), 1, 1, (short) 1).provision(admin);
        }
        await("the new pool is known").until(() -> pools.equals(Set.of("default", "xl")));
        try (KafkaShareConsumer<String, byte[]> worker = new KafkaShareConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "group.id", PREFIX + "gpu-workers-xl"),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            worker.subscribe(Set.of(xl));
            request(xl, 0);
            await("the pool's worker has the request")
                    .until(() -> !worker.poll(Duration.ofMillis(100)).isEmpty());
            worker.commitSync();
            await("the offsets of the pool's group are known")
                    .until(() -> answer.get().keySet().stream()
                            .anyMatch(partition -> partition.topic().equals(xl)));
        }
    }

    @Test
    void pollsAgainAfterAFailure() {
        AtomicInteger polls = new AtomicInteger();
        WorkerGroup failing = group(
                offsets -> {
                    polls.incrementAndGet();
                    // As when a partition has no leader while the gateway starts.
                    throw new TimeoutException();
                },
                new SimpleMeterRegistry());
        try {
            await("the group is polled again").until(() -> polls.get() >= 3);
        } finally {
            failing.stop();
        }
    }

    private WorkerGroup group(WorkerGroup.Check check, MeterRegistry registry) {
        BrokerAdmin admin =
                new BrokerAdmin(Map.of("bootstrap.servers", broker.bootstrapServers()), Duration.ofSeconds(2));
        admins.add(admin);
        return new WorkerGroup(admin, PREFIX, pools::add, check, registry, () -> Duration.ofMillis(50));
    }

    /** @param partitions partitions to write to, one request each */
    private void request(String topic, int... partitions) throws Exception {
        for (int partition : partitions) {
            clients.send(new ProducerRecord<>(topic, partition, "r", new byte[0]))
                    .get();
        }
    }

    /** Processes the requests as workers do. */
    private void finish(int requests) {
        List<String> finished = new ArrayList<>();
        await(requests + " requests come").until(() -> {
            workers.poll(Duration.ofMillis(100)).forEach(record -> finished.add(record.key()));
            workers.commitSync();
            return finished.size() == requests;
        });
    }

    /** @return the partitions of the topic whose lag was known at the last poll */
    private Set<Integer> known(String topic) {
        Set<Integer> known = new HashSet<>();
        answer.get().forEach((partition, info) -> {
            if (partition.topic().equals(topic) && info != null && info.lag().isPresent()) {
                known.add(partition.partition());
            }
        });
        return known;
    }

    private double lag(String topic) {
        return meters.get("lorafleet.requests.lag").tag("topic", topic).gauge().value();
    }

    private void isLag(String topic, double lag) {
        await("the lag of " + topic + " is " + lag).until(() -> lag(topic) == lag);
    }

    private static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(TIMEOUT);
    }
}
