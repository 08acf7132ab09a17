// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.broker.FleetAcls.Service;
import io.lorafleet.messages.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A broker with authentication and an authorizer, which gives each service only its own permissions. */
class FleetAclsIT {
    private static final String PREFIX = "test.";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private static EmbeddedBroker broker;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        int port = Ports.free();
        String login = "org.apache.kafka.common.security.plain.PlainLoginModule required";
        String users = "user_admin=\"admin\" user_gateway=\"gateway\" user_worker=\"worker\" user_trainer=\"trainer\";";
        int controllerPort = Ports.free();
        broker = EmbeddedBroker.start(
                directory,
                port,
                controllerPort,
                Map.ofEntries(
                        Map.entry(
                                "listeners",
                                "SASL_PLAINTEXT://localhost:" + port + ",CONTROLLER://localhost:" + controllerPort),
                        Map.entry("advertised.listeners", "SASL_PLAINTEXT://localhost:" + port),
                        Map.entry(
                                "listener.security.protocol.map", "SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT"),
                        Map.entry("inter.broker.listener.name", "SASL_PLAINTEXT"),
                        Map.entry("sasl.enabled.mechanisms", "PLAIN"),
                        Map.entry("sasl.mechanism.inter.broker.protocol", "PLAIN"),
                        Map.entry(
                                "listener.name.sasl_plaintext.plain.sasl.jaas.config",
                                login + " username=\"admin\" password=\"admin\" " + users),
                        Map.entry("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer"),
                        // The controller's listener has no authentication.
                        Map.entry("super.users", "User:admin;User:ANONYMOUS")));
        try (Admin admin = Admin.create(as("admin"))) {
            new FleetTopics(PREFIX, 1, (short) 1).provision(admin);
            new FleetAcls(PREFIX)
                    .apply(
                            admin,
                            Map.of(
                                    Service.GATEWAY, "User:gateway",
                                    Service.WORKER, "User:worker",
                                    Service.TRAINER, "User:trainer"));
        }
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static Map<String, Object> as(String user) {
        return Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + user + "\" password=\""
                        + user + "\";",
                "default.api.timeout.ms",
                (int) TIMEOUT.toMillis(),
                "request.timeout.ms",
                10000);
    }

    @ParameterizedTest
    @EnumSource(Topic.class)
    void letsEachServiceWriteItsTopicsAndNoOthers(Topic topic) {
        Map<Topic, Set<String>> writers = Map.ofEntries(
                Map.entry(Topic.REQUESTS, Set.of("gateway")),
                Map.entry(Topic.BATCH_REQUESTS, Set.of("gateway")),
                Map.entry(Topic.CONTROL, Set.of("gateway")),
                Map.entry(Topic.FEEDBACK, Set.of("gateway")),
                Map.entry(Topic.ADAPTERS, Set.of("gateway", "trainer")),
                Map.entry(Topic.TRAININGS, Set.of("trainer")),
                Map.entry(Topic.TRAINING_PROGRESS, Set.of("trainer")),
                Map.entry(Topic.PROGRESS, Set.of("worker")),
                Map.entry(Topic.RESULTS, Set.of("worker")),
                Map.entry(Topic.WORKERS, Set.of("gateway", "worker")),
                Map.entry(Topic.DEAD_LETTERS, Set.of("worker", "trainer")));
        for (String user : List.of("gateway", "worker", "trainer")) {
            if (writers.get(topic).contains(user)) {
                assertThatCode(() -> write(user, topic)).as(user).doesNotThrowAnyException();
            } else {
                assertThatThrownBy(() -> write(user, topic)).as(user).satisfies(FleetAclsIT::isDenied);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gateway, gateway-1-results, RESULTS, true",
        "gateway, gateway-1-trainings, TRAININGS, true",
        "gateway, gateway-1-training-progress, TRAINING_PROGRESS, true",
        "gateway, gateway-1-x, DEAD_LETTERS, false",
        "gateway, trainers, RESULTS, false",
        "worker, worker-1-control, CONTROL, true",
        "worker, worker-1-adapters, ADAPTERS, true",
        "worker, worker-1-x, FEEDBACK, false",
        "trainer, trainers, FEEDBACK, true",
        "trainer, trainers, REQUESTS, false",
    })
    void letsEachServiceReadItsTopicsInItsGroups(String user, String group, Topic topic, boolean allowed) {
        if (allowed) {
            assertThatCode(() -> read(user, group, topic)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> read(user, group, topic)).satisfies(FleetAclsIT::isDenied);
        }
    }

    @Test
    void letsOnlyWorkersTakeRequests() {
        assertThatCode(() -> take("worker")).doesNotThrowAnyException();
        assertThatThrownBy(() -> take("gateway")).satisfies(FleetAclsIT::isDenied);
        assertThatThrownBy(() -> take("trainer")).satisfies(FleetAclsIT::isDenied);
    }

    @Test
    void letsTheGatewayReadTheLagOfTheWorkers() {
        try (Admin admin = Admin.create(as("gateway"))) {
            String group = PREFIX + Topic.WORKER_GROUP;
            assertThatCode(() -> admin.listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
                            .partitionsToOffsetInfo(group)
                            .get())
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void letsTheTrainerPublishInTransactions() {
        Map<String, Object> settings = new HashMap<>(as("trainer"));
        settings.put("transactional.id", PREFIX + "trainer-1");
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(Topic.TRAININGS.in(PREFIX), "k", "v"));
            producer.commitTransaction();
        }
    }

    private static void write(String user, Topic topic) throws Exception {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(as(user), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic.in(PREFIX), "k", "v")).get();
        }
    }

    private static void read(String user, String group, Topic topic) {
        Map<String, Object> settings = new HashMap<>(as(user));
        settings.put("group.id", PREFIX + group);
        settings.put("auto.offset.reset", "earliest");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic.in(PREFIX)));
            long limit = System.nanoTime() + TIMEOUT.toNanos();
            while (consumer.assignment().isEmpty()) {
                assertThat(System.nanoTime()).as("joined in time").isLessThan(limit);
                consumer.poll(Duration.ofMillis(200));
            }
        }
    }

    private static void take(String user) throws Exception {
        write("gateway", Topic.REQUESTS);
        Map<String, Object> settings = new HashMap<>(as(user));
        settings.put("group.id", PREFIX + Topic.WORKER_GROUP);
        try (KafkaShareConsumer<String, String> consumer =
                new KafkaShareConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(Topic.REQUESTS.in(PREFIX)));
            long limit = System.nanoTime() + TIMEOUT.toNanos();
            while (consumer.poll(Duration.ofMillis(500)).isEmpty()) {
                assertThat(System.nanoTime()).as("received a request in time").isLessThan(limit);
            }
        }
    }

    private static void isDenied(Throwable thrown) {
        Throwable cause = thrown instanceof ExecutionException ? thrown.getCause() : thrown;
        assertThat(cause).isInstanceOf(AuthorizationException.class);
    }
}
