// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.AdapterVersion.Kind;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationCancelled;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.worker.DeadLetter;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.RefusedAdapter;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.testkit.BrokerResource;
import io.lorafleet.worker.DemoAdapter;
import io.lorafleet.worker.DemoModelResource;
import io.lorafleet.worker.Requests;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole worker on a real broker. The test acts as the gateway. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(DemoModelResource.class)
class RequestIntakeTest {
    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @ConfigProperty(name = "lorafleet.worker.id")
    String workerId;

    @TestHTTPResource("/q/health/group/watchdog")
    URI watchdog;

    @Inject
    BlobStore blobs;

    @Inject
    @Readiness
    RegistryFollower registry;

    private KafkaProducer<String, byte[]> producer;

    @BeforeEach
    void connect() {
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringSerializer(), new ByteArraySerializer());
    }

    @AfterEach
    void disconnect() {
        producer.close();
    }

    @Test
    void publishesItsStatus() {
        List<WorkerStatus> statuses = read(Topic.WORKERS, WorkerStatus.class, found -> !found.isEmpty());
        assertThat(statuses.get(0).state()).isEqualTo(WorkerStatus.State.READY);
        assertThat(statuses.get(0).model().name()).isEqualTo("demo-model");
        assertThat(statuses.get(0).model().defaultSize()).isEqualTo(64);
        assertThat(statuses.get(0).model().sizeMultiple()).isEqualTo(4);
    }

    @Test
    void itsWatchdogReportsTheEngine() throws IOException, InterruptedException {
        HttpResponse<String> health =
                HttpClient.newHttpClient().send(HttpRequest.newBuilder(watchdog).build(), BodyHandlers.ofString());
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).contains("engine responds").doesNotContain("channel");
    }

    @Test
    void answersARequest() {
        GenerateImage request = Requests.star();
        send(Topic.REQUESTS, request.requestId(), Json.write(request));
        assertThat(result(request.requestId())).isInstanceOf(GenerationSucceeded.class);
    }

    @Test
    void copiesTheWebhookOfARequestToItsResult() {
        GenerateImage request = Requests.star();
        Header webhook = new RecordHeader(GenerateImage.WEBHOOK_HEADER, new byte[] {7});
        send(new ProducerRecord<>(
                Topic.REQUESTS.in(""), null, request.requestId(), Json.write(request), List.of(webhook)));
        assertThat(headers(request.requestId()).lastHeader(GenerateImage.WEBHOOK_HEADER))
                .isEqualTo(webhook);

        String invalid = UUID.randomUUID().toString();
        send(new ProducerRecord<>(Topic.REQUESTS.in(""), null, invalid, "no JSON".getBytes(UTF_8), List.of(webhook)));
        assertThat(headers(invalid).lastHeader(GenerateImage.WEBHOOK_HEADER)).isEqualTo(webhook);
    }

    @Test
    void describesItsRecordsInTheirHeaders() {
        GenerateImage request = Requests.star();
        send(Topic.REQUESTS, request.requestId(), Json.write(request));

        Headers headers = headers(request.requestId());

        assertThat(headers.lastHeader("type").value()).asString(UTF_8).isEqualTo("GenerationSucceeded");
        assertThat(headers.lastHeader("schema-version").value()).asString(UTF_8).isEqualTo("1");
    }

    @Test
    void makesNoSpansByDefaultButPassesTheContextOn() {
        GenerateImage request = Requests.star();
        send(Topic.REQUESTS, request.requestId(), Json.write(request));
        assertThat(headers(request.requestId()).lastHeader("traceparent")).isNull();

        GenerateImage traced = Requests.star();
        Header context = new RecordHeader(
                "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".getBytes(UTF_8));
        send(new ProducerRecord<>(
                Topic.REQUESTS.in(""), null, traced.requestId(), Json.write(traced), List.of(context)));
        assertThat(headers(traced.requestId()).lastHeader("traceparent")).isEqualTo(context);
    }

    @Test
    void namesItsClients() throws JMException {
        Set<String> names = new TreeSet<>();
        for (ObjectName client : ManagementFactory.getPlatformMBeanServer()
                .queryNames(new ObjectName("kafka.*:type=app-info,id=*"), null)) {
            names.add(client.getKeyProperty("id"));
        }
        String prefix = "lorafleet-worker-" + workerId + "-";
        for (String role :
                List.of("slot-0", "slot-11", "control", "adapters", "progress", "results", "dead-letters", "workers")) {
            assertThat(names).contains(prefix + role);
        }
        assertThat(names).noneMatch(name -> name.startsWith("kafka-") || name.startsWith("consumer-gpu-workers"));
    }

    @Test
    void answersABatchRequest() {
        GenerateImage request = Requests.request().priority(Priority.BATCH).build();
        send(request.priority().topic(), request.requestId(), Json.write(request));
        assertThat(result(request.requestId())).isInstanceOf(GenerationSucceeded.class);
    }

    @Test
    void loadsAPublishedVersionAndRejectsABadOne() throws IOException {
        PinnedAdapter good = DemoAdapter.store("published", DemoAdapter.weights(192, 0.21f), blobs);
        PinnedAdapter bad = DemoAdapter.store("refused", DemoAdapter.weights(320, 0.21f), blobs);
        send(Topic.ADAPTERS, "poison@1", "no JSON".getBytes(UTF_8));
        for (PinnedAdapter each : List.of(bad, good)) {
            send(Topic.ADAPTERS, each.toString(), Json.write(version(each)));
        }
        List<WorkerStatus> statuses = read(
                Topic.WORKERS,
                WorkerStatus.class,
                found -> found.stream()
                        .anyMatch(status -> status.residentAdapters().contains("published@1")
                                && !status.refusedAdapters().isEmpty()));
        assertThat(statuses.get(statuses.size() - 1).refusedAdapters())
                .filteredOn(each -> each.adapter().equals("refused@1"))
                .singleElement()
                .extracting(RefusedAdapter::reason)
                .asString()
                .contains("expected (2, 192), found (2, 320)");
        assertThat(registry.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
    }

    @Test
    void ignoresAVersionOfAnAbortedTransaction() throws IOException {
        AdapterVersion ghost = version(DemoAdapter.store("ghost", DemoAdapter.weights(192, 0.22f), blobs));
        AdapterVersion behind = version(DemoAdapter.store("behind", DemoAdapter.weights(192, 0.23f), blobs));
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "transactional.id",
                UUID.randomUUID().toString());
        try (KafkaProducer<String, byte[]> trainer =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            trainer.initTransactions();
            trainer.beginTransaction();
            trainer.send(new ProducerRecord<>(Topic.ADAPTERS.in(""), "ghost@1", Json.write(ghost)));
            trainer.flush();
            trainer.abortTransaction();
        }
        send(Topic.ADAPTERS, "behind@1", Json.write(behind));
        List<WorkerStatus> statuses = read(
                Topic.WORKERS,
                WorkerStatus.class,
                found -> found.stream()
                        .anyMatch(status -> status.residentAdapters().contains("behind@1")));
        assertThat(statuses).noneMatch(status -> status.residentAdapters().contains("ghost@1"));
    }

    private static AdapterVersion version(PinnedAdapter adapter) {
        return new AdapterVersion(
                adapter.name(), 1, adapter.sha256(), 1, 2, null, Kind.STYLE, null, Instant.EPOCH, null);
    }

    @Test
    void publishesAPoisonRecordAsADeadLetterAndContinues() {
        String id = UUID.randomUUID().toString();
        send(Topic.REQUESTS, id, "no JSON, but a secret prompt".getBytes(UTF_8));
        send(Topic.REQUESTS, null, null);
        GenerateImage behind = Requests.star();
        send(Topic.REQUESTS, behind.requestId(), Json.write(behind));

        assertThat(result(behind.requestId())).isInstanceOf(GenerationSucceeded.class);
        assertThat(result(id))
                .isInstanceOfSatisfying(
                        GenerationFailed.class,
                        failed -> assertThat(failed.detail())
                                .isEqualTo("GenerateImage: expected JSON, found malformed input"));
        List<DeadLetter> letters = read(Topic.DEAD_LETTERS, DeadLetter.class, found -> found.size() >= 2);
        assertThat(letters).anySatisfy(letter -> {
            assertThat(letter.requestId()).isEqualTo(id);
            assertThat(letter.record()).asString(UTF_8).isEqualTo("no JSON, but a secret prompt");
        });
        assertThat(letters).anySatisfy(letter -> {
            assertThat(letter.requestId()).isNull();
            assertThat(letter.reason()).isEqualTo("GenerateImage: expected JSON, found no value");
        });
    }

    @Test
    void stopsACancelledRequest() {
        GenerateImage endless = Requests.star(null, 64, 1000, 16);
        send(Topic.REQUESTS, endless.requestId(), Json.write(endless));
        send(Topic.CONTROL, endless.requestId(), Json.write(new CancelGeneration(endless.requestId())));
        assertThat(result(endless.requestId())).isInstanceOf(GenerationCancelled.class);
    }

    private void send(Topic topic, String key, byte[] value) {
        send(new ProducerRecord<>(topic.in(""), key, value));
    }

    private void send(ProducerRecord<String, byte[]> record) {
        producer.send(record);
        producer.flush();
    }

    private GenerationFinished result(String requestId) {
        return read(
                        Topic.RESULTS,
                        GenerationFinished.class,
                        found -> found.stream()
                                .anyMatch(result -> result.requestId().equals(requestId)))
                .stream()
                .filter(result -> result.requestId().equals(requestId))
                .findFirst()
                .orElseThrow();
    }

    /** @return the headers of the request's result */
    private Headers headers(String requestId) {
        return records(Topic.RESULTS, found -> found.stream().anyMatch(record -> requestId.equals(record.key())))
                .stream()
                .filter(record -> requestId.equals(record.key()))
                .findFirst()
                .orElseThrow()
                .headers();
    }

    /** Reads the topic from its start until the condition holds. */
    private <T> List<T> read(Topic topic, Class<T> type, Predicate<List<T>> enough) {
        List<T> found = new ArrayList<>();
        records(topic, records -> {
            records.subList(found.size(), records.size()).forEach(r -> found.add(Json.read(r.value(), type)));
            return enough.test(found);
        });
        return found;
    }

    private List<ConsumerRecord<String, byte[]>> records(
            Topic topic, Predicate<List<ConsumerRecord<String, byte[]>>> enough) {
        List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "group.id",
                UUID.randomUUID().toString(),
                "auto.offset.reset",
                "earliest");
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic.in("")));
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(found::add);
                return enough.test(found);
            });
        }
        return found;
    }
}
