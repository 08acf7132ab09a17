// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;

import io.lorafleet.gateway.Images;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.generation.GenerationCancelled;
import io.lorafleet.messages.generation.GenerationExpired;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationProgress;
import io.lorafleet.messages.generation.GenerationStarted;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.GenerationSucceeded.GeneratedImage;
import io.lorafleet.messages.generation.Preview;
import io.lorafleet.messages.generation.PromptTokens;
import io.lorafleet.messages.generation.StepDone;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.messages.worker.WorkerStatus.RefusedAdapter;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.storage.Sha256;
import jakarta.enterprise.inject.spi.CDI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.ConfigProvider;

/** A worker from the gateway's point of view: a peer that writes to the topics and the blob store. */
final class WorkerPeer implements AutoCloseable {
    static final PromptTokens TOKENS = new PromptTokens(new PromptTokens.Count(75, 12), new PromptTokens.Count(0, 0));
    static final byte[] PNG = Images.file("png", 64, 64);
    static final String SHA = "ab".repeat(32);
    static final PinnedControlNet EDGES = new PinnedControlNet("edges", SHA);
    static final BaseModel MODEL = new BaseModel("tiny-sd", SHA, 8, 64, SamplerName.DDIM);

    /** The timeout of waits in tests. */
    private static final Duration TIMEOUT = Duration.ofSeconds(Integer.getInteger("test.timeout"));

    private final KafkaProducer<String, byte[]> producer;
    private final DirectoryBlobStore blobs;

    WorkerPeer() throws IOException {
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", config("kafka.bootstrap.servers")),
                new StringSerializer(),
                new ByteArraySerializer());
        blobs = new DirectoryBlobStore(Path.of(config("lorafleet.storage.directory")));
    }

    /** @return a worker, when the gateway is ready and has read the worker's status */
    static WorkerPeer known() throws IOException {
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultTimeout(TIMEOUT);
        WorkerPeer worker = new WorkerPeer();
        worker.announce();
        Awaitility.await("the gateway is ready and knows the worker")
                .until(() -> given().get("/q/health/ready").statusCode() == 200
                        && CDI.current()
                                .select(ModelDirectory.class)
                                .get()
                                .current()
                                .isPresent());
        return worker;
    }

    void announce() {
        announce("w1", WorkerStatus.State.READY, Instant.now());
    }

    void announce(String id, WorkerStatus.State state, Instant at) {
        WorkerStatus status = new WorkerStatus(
                id,
                state,
                "cpu()",
                2,
                1,
                new WorkerStatus.Batches(5.5, 16),
                MODEL,
                List.of("ink@1"),
                List.of(new RefusedAdapter("oil@2", "expected finite numbers")),
                at,
                null,
                List.of(EDGES));
        send(Topic.WORKERS, id, status);
    }

    void publish(AdapterVersion version) {
        send(Topic.ADAPTERS, version.pinned().toString(), version);
    }

    /** Aborts the transaction, like a trainer that crashes. */
    void publishInVain(AdapterVersion version) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                config("kafka.bootstrap.servers"),
                "transactional.id",
                UUID.randomUUID().toString());
        try (KafkaProducer<String, byte[]> trainer =
                new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            trainer.initTransactions();
            trainer.beginTransaction();
            trainer.send(
                    new ProducerRecord<>(Topic.ADAPTERS.in(""), version.pinned().toString(), Json.write(version)));
            trainer.flush();
            trainer.abortTransaction();
        }
    }

    void publish(AdapterRoute route) {
        send(Topic.ADAPTERS, route.name(), route);
    }

    void removeRoute(String name) {
        send(Topic.ADAPTERS, name, (byte[]) null);
    }

    /** @return the timestamp in the record */
    Instant start(String id) {
        Instant now = Instant.now();
        progress(new GenerationStarted(id, "w1", now));
        return now;
    }

    void step(String id, int step, int steps) {
        progress(new StepDone(id, step, steps, null));
    }

    /** @param jpeg preview after the step */
    void step(String id, int step, int steps, byte[] jpeg) {
        progress(new StepDone(id, step, steps, new Preview(0, Images.base64(jpeg))));
    }

    void succeed(String id) {
        succeed(id, "w1");
    }

    void succeed(String id, String workerId) {
        succeed(id, workerId, 7);
    }

    /** @param seeds one seed for each image */
    void succeed(String id, String workerId, long... seeds) {
        List<GeneratedImage> images = new ArrayList<>();
        for (int i = 0; i < seeds.length; i++) {
            images.add(image(id, i, seeds[i]));
        }
        finish(new GenerationSucceeded(id, workerId, Instant.now(), images, 40, Duration.ofMillis(1500), null, TOKENS));
    }

    private GeneratedImage image(String id, int index, long seed) {
        try {
            blobs.putIfAbsent(BlobKeys.image(id, index), PNG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new GeneratedImage(index, seed, BlobKeys.image(id, index), Sha256.of(PNG));
    }

    void fail(String id, GenerationFailed.Reason reason, String detail) {
        finish(new GenerationFailed(id, "w1", Instant.now(), reason, detail));
    }

    /** @return the timestamp in the record */
    Instant cancelled(String id) {
        Instant now = Instant.now();
        finish(new GenerationCancelled(id, "w1", now));
        return now;
    }

    void expired(String id) {
        finish(new GenerationExpired(id, "w1", Instant.now()));
    }

    void send(Topic topic, String key, byte[] value) {
        send(new ProducerRecord<>(topic.in(""), key, value));
    }

    void send(ProducerRecord<String, byte[]> record) {
        try {
            producer.send(record).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("the test's broker did not accept a record", e);
        }
    }

    /** @return the first record with this key in the topic; fails if no such record arrives */
    static ConsumerRecord<String, byte[]> awaitRecord(Topic topic, String key) {
        return awaitRecord(topic.in(""), key);
    }

    static ConsumerRecord<String, byte[]> awaitRecord(String topic, String key) {
        return await(topic, record -> record.key().equals(key));
    }

    /** @return the first record in the topic that matches; fails if no such record arrives */
    static ConsumerRecord<String, byte[]> await(
            Topic topic, java.util.function.Predicate<ConsumerRecord<String, byte[]>> wanted) {
        return await(topic.in(""), wanted);
    }

    private static ConsumerRecord<String, byte[]> await(
            String topic, java.util.function.Predicate<ConsumerRecord<String, byte[]>> wanted) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", config("kafka.bootstrap.servers"));
        settings.put("group.id", "test-" + UUID.randomUUID());
        settings.put("auto.offset.reset", "earliest");
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            Instant deadline = Instant.now().plusSeconds(20);
            while (Instant.now().isBefore(deadline)) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (wanted.test(record)) {
                        return record;
                    }
                }
            }
        }
        throw new AssertionError("no such record came to " + topic);
    }

    @Override
    public void close() {
        producer.close();
    }

    private void progress(GenerationProgress event) {
        send(Topic.PROGRESS, event.requestId(), event);
    }

    private void finish(GenerationFinished event) {
        send(Topic.RESULTS, event.requestId(), event);
    }

    private void send(Topic topic, String key, Object message) {
        send(topic, key, Json.write(message));
    }

    private static String config(String key) {
        return ConfigProvider.getConfig().getValue(key, String.class);
    }
}
