// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.Ports;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.Topic;
import io.lorafleet.standalone.SpanCollector.Collected;
import io.lorafleet.standalone.bench.engine.RandomAdapter;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.GenerationFollower;
import io.lorafleet.standalone.client.GenerationStatus;
import io.lorafleet.standalone.client.GenerationStatus.Status;
import io.lorafleet.standalone.client.NewGeneration;
import io.lorafleet.standalone.client.ScaledAdapter;
import io.lorafleet.standalone.supervisor.FleetSettings;
import io.lorafleet.standalone.supervisor.LocalFleet;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.ShareMemberDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two fleets of packaged services share a broker, with prefixes, traces and JSON logs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedClusterIT {
    /** Words that are in no other text, so that the test finds them wherever they leak. */
    private static final List<String> WORDS = List.of("tangerine", "pelican", "zeppelin");

    private static final String PROMPT = "tangerine pelican";
    private static final String NEGATIVE = "zeppelin";
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> said = new CopyOnWriteArrayList<>();
    private Path root;
    private Path model;
    private Path data;
    private EmbeddedBroker broker;
    private SpanCollector collector;
    private LocalFleet red;
    private LocalFleet blue;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        root = Path.of(System.getProperty("lorafleet.root")).toRealPath();
        model = root.resolve("deploy/demo-model");
        data = folder;
        broker = EmbeddedBroker.start(folder.resolve("kafka"), Ports.free(), Ports.free());
        collector = SpanCollector.start();
        red = fleet("red");
        red.start();
        blue = fleet("blue");
        blue.start();
    }

    private LocalFleet fleet(String name) throws IOException {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("QUARKUS_OTEL_SDK_DISABLED", "false");
        environment.put("QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT", collector.url());
        environment.put("QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        environment.put("QUARKUS_OTEL_BSP_SCHEDULE_DELAY", "200ms");
        environment.put("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "true");
        environment.put("LORAFLEET_GATEWAY_ID", name);
        FleetSettings settings = new FleetSettings(
                root,
                data.resolve(name),
                model,
                Ports.free(),
                Ports.free(),
                broker.bootstrapServers(),
                1,
                name + ".",
                null);
        return new LocalFleet(settings, said::add, environment);
    }

    @AfterAll
    void stop() {
        red.close();
        blue.close();
        collector.close();
        broker.close();
    }

    @Test
    void oneTraceHasAllSpansOfARequestAndNoPrompt(@TempDir Path folder) throws Exception {
        GatewayClient gateway = new GatewayClient(red.gateway());
        addAdapter(gateway, "crayon", folder);

        String id = draw(gateway, "crayon");

        await().atMost(TIMEOUT)
                .until(() -> collector.trace(id).stream()
                        .anyMatch(span -> span.name().equals("process red.generation.results")));
        await().pollDelay(Duration.ofSeconds(1)).until(() -> true); // for spans that should not exist
        List<Collected> trace = collector.trace(id);
        JSON.writeValue(Path.of("target/trace.json").toFile(), trace); // for docs/images/trace.py
        assertThat(SpanCollector.tree(trace)).isEqualTo("""
                gateway: POST /v1/generations
                  gateway: send red.generation.requests
                    gpu-worker: process red.generation.requests
                      gpu-worker: load adapters
                      gpu-worker: encode prompts
                      gpu-worker: denoise
                      gpu-worker: decode
                      gpu-worker: store image
                      gpu-worker: store manifest
                      gpu-worker: send red.generation.results
                        gateway: process red.generation.results
                """);
        assertThat(trace).allSatisfy(span -> assertThat(span.status()).isEmpty());
        assertThat(kinds(trace))
                .containsEntry("send red.generation.requests", SpanKind.SPAN_KIND_PRODUCER)
                .containsEntry("process red.generation.requests", SpanKind.SPAN_KIND_CONSUMER)
                .containsEntry("denoise", SpanKind.SPAN_KIND_INTERNAL);
        assertThat(attributes(trace, "load adapters")).containsEntry("lorafleet.adapters", "[crayon@1]");
        assertThat(attributes(trace, "denoise")).containsEntry("lorafleet.steps", "5");
        assertThat(attributes(trace, "process red.generation.requests"))
                .containsEntry("lorafleet.request.id", id)
                .containsEntry("lorafleet.outcome", "done")
                .containsEntry("messaging.system", "kafka")
                .containsEntry("messaging.operation.type", "process");
        assertThat(collector.spans()).isNotEmpty().allSatisfy(span -> {
            assertThat(span.toString()).doesNotContain(WORDS);
        });
    }

    @Test
    void fleetsWithDifferentPrefixesDoNotSeeEachOther() throws Exception {
        GatewayClient first = new GatewayClient(red.gateway());
        GatewayClient second = new GatewayClient(blue.gateway());

        String id = draw(first, null);

        assertThat(first.generation(id).value().status()).isEqualTo(Status.SUCCEEDED);
        assertThat(second.generationAsync(id)).failsWithin(TIMEOUT);
        assertThat(records("blue.", Topic.REQUESTS)).isEmpty();
        for (GatewayClient each : List.of(first, second)) {
            assertThat(each.workers().value()).hasSize(1);
        }
        try (Admin admin = Admin.create(client())) {
            assertThat(admin.listTopics().names().get()).allMatch(SharedClusterIT::hasPrefix);
            assertThat(admin.listGroups().all().get())
                    .extracting(GroupListing::groupId)
                    .hasSizeGreaterThan(4)
                    .allMatch(SharedClusterIT::hasPrefix);
        }
    }

    @Test
    void clientsNameTheirServiceInstanceAndSlot() throws Exception {
        try (Admin admin = Admin.create(client())) {
            String workers = "red." + Topic.WORKER_GROUP;
            Set<String> slots = new TreeSet<>();
            admin.describeShareGroups(List.of(workers)).all().get().get(workers).members().stream()
                    .map(ShareMemberDescription::clientId)
                    .forEach(slots::add);
            assertThat(slots)
                    .hasSize(12)
                    .contains("lorafleet-worker-worker-1-slot-0", "lorafleet-worker-worker-1-slot-11");
            String trainers = "red." + Topic.TRAINER_GROUP;
            assertThat(admin.describeConsumerGroups(List.of(trainers))
                            .all()
                            .get()
                            .get(trainers)
                            .members())
                    .extracting(MemberDescription::clientId)
                    .singleElement()
                    .asString()
                    .matches("lorafleet-trainer-.+-feedback");
            String webhooks = "red.gateway-webhooks";
            assertThat(admin.describeConsumerGroups(List.of(webhooks))
                            .all()
                            .get()
                            .get(webhooks)
                            .members())
                    .extracting(MemberDescription::clientId)
                    .containsExactly("lorafleet-gateway-red-finished");
        }
    }

    @Test
    void eachRecordNamesItsTypeAndItsSchemaVersion(@TempDir Path folder) throws Exception {
        GatewayClient gateway = new GatewayClient(red.gateway());
        addAdapter(gateway, "chalk", folder);
        draw(gateway, "chalk");

        assertThat(types(Topic.REQUESTS)).contains("GenerateImage/1");
        assertThat(types(Topic.PROGRESS)).contains("GenerationStarted/1", "StepDone/1");
        assertThat(types(Topic.RESULTS)).contains("GenerationSucceeded/1");
        assertThat(types(Topic.ADAPTERS)).contains("AdapterVersion/1");
        assertThat(types(Topic.WORKERS)).containsExactly("WorkerStatus/1");
    }

    @Test
    void jsonLogsHaveTheRequestIdAndNoPrompt() throws Exception {
        String id = "a-request-that-is-not-json";
        try (var producer = new KafkaProducer<>(client(), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(Topic.REQUESTS.in("red."), id, PROMPT))
                    .get();
        }

        for (String service : List.of("gateway", "worker-1")) {
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(log("red", service)).anySatisfy(line -> {
                        assertThat(line.path("mdc").path("requestId").asText()).isEqualTo(id);
                        assertThat(line.path("message").asText()).contains("GenerateImage");
                    }));
        }
        try (Stream<Path> logs = Files.list(data.resolve("red/logs"))) {
            for (Path log : logs.toList()) {
                assertThat(Files.readString(log)).doesNotContain(WORDS);
            }
        }
    }

    private void addAdapter(GatewayClient gateway, String name, Path folder) throws Exception {
        byte[] weights = RandomAdapter.file(RandomAdapter.shapes(model), 4, RandomAdapter.MILD, 7);
        gateway.addAdapter(name, Files.write(folder.resolve("adapter.safetensors"), weights), 5.0);
    }

    private static String draw(GatewayClient gateway, String adapter) throws Exception {
        NewGeneration request = NewGeneration.of(PROMPT)
                .negativePrompt(NEGATIVE)
                .adapters(adapter == null ? null : List.of(new ScaledAdapter(adapter, null)))
                .guidanceScale(5.0)
                .steps(5)
                .sampler(SamplerName.DDIM)
                .size(64, 64)
                .seed(1234L)
                .count(1)
                .build();
        String id = gateway.generate(request, TIMEOUT).id();
        GenerationStatus end = new GenerationFollower(gateway, GenerationFollower.Progress.NONE)
                .follow(id)
                .value();
        assertThat(end.status()).isEqualTo(Status.SUCCEEDED);
        return id;
    }

    private static Map<String, SpanKind> kinds(List<Collected> trace) {
        Map<String, SpanKind> kinds = new HashMap<>();
        trace.forEach(span -> kinds.put(span.name(), span.kind()));
        return kinds;
    }

    private static Map<String, String> attributes(List<Collected> trace, String name) {
        return trace.stream()
                .filter(span -> span.name().equals(name))
                .findFirst()
                .orElseThrow()
                .attributes();
    }

    private static boolean hasPrefix(String name) {
        return name.startsWith("red.") || name.startsWith("blue.") || name.startsWith("__");
    }

    /** @return {@code type/version} of each record, without duplicates */
    private Set<String> types(Topic topic) {
        Set<String> types = new TreeSet<>();
        records("red.", topic)
                .forEach(record -> types.add(header(record, "type") + "/" + header(record, "schema-version")));
        return types;
    }

    private static String header(ConsumerRecord<?, ?> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "none" : new String(header.value(), UTF_8);
    }

    private List<ConsumerRecord<String, byte[]>> records(String prefix, Topic topic) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(client(), new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.in(prefix)).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    private List<JsonNode> log(String fleet, String service) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(data.resolve(fleet + "/logs/" + service + ".log"))) {
            if (line.startsWith("{")) { // the JVM writes warnings as plain text
                lines.add(JSON.readTree(line));
            }
        }
        return lines;
    }

    private Map<String, Object> client() {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }
}
