// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import static io.lorafleet.gateway.generation.Samples.succeeded;

import io.lorafleet.gateway.generation.Samples;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.testkit.BrokerResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/**
 * A broker with the records that gateways and workers have written before the gateway under test starts. Each of the
 * three partitions has, in this order,
 *
 * <ul>
 *   <li>ten requests before the low-water mark, {@code old-}; no trace of their ends is left;
 *   <li>five requests with results, {@code ended-};
 *   <li>one request whose result has a much older time, {@code late-}, because the worker's clock was wrong. The
 *   gateway
 *       does not read this result;
 *   <li>one unfinished request, {@code open-}. All requests before it are completed in the workers' share group.
 * </ul>
 *
 * <p>Three workers are lost.
 */
public final class ForgedBroker implements QuarkusTestResourceLifecycleManager {
    static final int PARTITIONS = 3;
    static final int OLD = 10;
    static final int ENDED = 5;
    static final String LOST_FOR_LONG = "lost-for-long";
    static final long OPEN_OFFSET = OLD + ENDED + 1;

    private final BrokerResource broker = new BrokerResource();

    @Override
    public Map<String, String> start() {
        Map<String, String> config = broker.start();
        try {
            forge(config.get("kafka.bootstrap.servers"), config.get("lorafleet.storage.directory"));
        } catch (Exception e) {
            throw new IllegalStateException("cannot forge the topics", e);
        }
        return config;
    }

    private static void forge(String address, String directory) throws Exception {
        long now = System.currentTimeMillis();
        long threeHoursAgo = now - Duration.ofHours(3).toMillis();
        long twoHoursAgo = now - Duration.ofHours(2).toMillis();
        DirectoryBlobStore blobs = new DirectoryBlobStore(Path.of(directory));
        Map<TopicPartition, OffsetAndMetadata> marks = new HashMap<>();
        Map<TopicPartition, Long> completed = new HashMap<>();
        try (KafkaProducer<String, byte[]> producer = producer(address);
                Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                for (int i = 0; i < OLD; i++) {
                    send(producer, Topic.REQUESTS, partition, threeHoursAgo, id("old", partition, i));
                }
                String late = id("late", partition, 0);
                send(producer, Topic.RESULTS, partition, threeHoursAgo, late);
                putManifest(blobs, late);
                for (int i = 0; i < ENDED; i++) {
                    String id = id("ended", partition, i);
                    send(producer, Topic.REQUESTS, partition, twoHoursAgo, id);
                    send(producer, Topic.RESULTS, partition, twoHoursAgo, id);
                    putManifest(blobs, id);
                }
                send(producer, Topic.REQUESTS, partition, twoHoursAgo, late);
                send(producer, Topic.REQUESTS, partition, now, id("open", partition, 0));
                TopicPartition requests = new TopicPartition(Topic.REQUESTS.in(""), partition);
                marks.put(requests, new OffsetAndMetadata(OLD));
                completed.put(requests, OPEN_OFFSET);
            }
            producer.flush();
            admin.alterConsumerGroupOffsets("gateway-low-water-marks", marks)
                    .all()
                    .get();
            admin.alterShareGroupOffsets(Topic.WORKER_GROUP, completed).all().get();
            forgeWorkers(admin, producer);
        }
    }

    /** Writes the statuses of workers that were killed, one of them more than a day ago. */
    private static void forgeWorkers(Admin admin, KafkaProducer<String, byte[]> producer) throws Exception {
        ConfigResource workers = new ConfigResource(ConfigResource.Type.TOPIC, Topic.WORKERS.in(""));
        ConfigEntry chosenTimes = new ConfigEntry("message.timestamp.type", "CreateTime");
        admin.incrementalAlterConfigs(
                        Map.of(workers, List.of(new AlterConfigOp(chosenTimes, AlterConfigOp.OpType.SET))))
                .all()
                .get();
        Map<String, Integer> hoursAgo = Map.of(LOST_FOR_LONG, 25, "lost-today", 23, "lost-just-now", 1);
        for (Map.Entry<String, Integer> each : hoursAgo.entrySet()) {
            long time = System.currentTimeMillis()
                    - Duration.ofHours(each.getValue()).toMillis();
            byte[] status = Json.write(status(each.getKey(), Instant.ofEpochMilli(time)));
            ProducerRecord<String, byte[]> record =
                    new ProducerRecord<>(workers.name(), 0, time, each.getKey(), status);
            Awaitility.await("the broker keeps the time of the record")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> producer.send(record).get().timestamp() == time);
        }
    }

    private static WorkerStatus status(String id, Instant at) {
        BaseModel base = new BaseModel("sd", "ab".repeat(32), 8, 64, SamplerName.DDIM);
        return new WorkerStatus(id, WorkerStatus.State.READY, "cpu()", 2, 1, null, base, List.of(), List.of(), at);
    }

    private static void putManifest(DirectoryBlobStore blobs, String id) throws IOException {
        blobs.putIfAbsent(
                BlobKeys.manifest(id), Json.write(new GenerationManifest(Samples.request(id), succeeded(id))));
    }

    static String id(String kind, int partition, int number) {
        return kind + "-" + partition + "-" + number;
    }

    /** Writes a request. */
    static void request(String address, int partition, String id) {
        try (KafkaProducer<String, byte[]> producer = producer(address)) {
            send(producer, Topic.REQUESTS, partition, System.currentTimeMillis(), id);
        }
    }

    private static KafkaProducer<String, byte[]> producer(String address) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", address), new StringSerializer(), new ByteArraySerializer());
    }

    private static void send(KafkaProducer<String, byte[]> producer, Topic topic, int partition, long time, String id) {
        Object message = topic == Topic.REQUESTS ? Samples.request(id) : succeeded(id);
        producer.send(new ProducerRecord<>(topic.in(""), partition, time, id, Json.write(message)));
    }

    @Override
    public void stop() {
        broker.stop();
    }
}
