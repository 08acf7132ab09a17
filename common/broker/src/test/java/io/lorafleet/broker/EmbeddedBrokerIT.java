// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lorafleet.broker.FleetTopics.Difference;
import io.lorafleet.messages.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerIT {
    @TempDir
    private Path directory;

    @Test
    void keepsTopicsAndGroupSettingsAcrossARestart() throws Exception {
        FleetTopics topics = new FleetTopics("test.", 2, (short) 1);
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, Ports.free(), Ports.free());
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            topics.provision(admin);
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, Ports.free(), Ports.free());
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            topics.provision(admin);
            assertThat(admin.listTopics().names().get())
                    .containsAll(Arrays.stream(Topic.values())
                            .map(t -> t.in("test."))
                            .toList());
            ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "test." + Topic.WORKER_GROUP);
            assertThat(admin.describeConfigs(List.of(group))
                            .all()
                            .get()
                            .get(group)
                            .get("share.auto.offset.reset")
                            .value())
                    .isEqualTo("earliest");
        }
    }

    @Test
    void aTopicOfRequestsHasOnePartition() throws Exception {
        String requests = Topic.REQUESTS.in("test.");
        String batch = Topic.BATCH_REQUESTS.in("test.");
        FleetTopics topics = new FleetTopics("test.", Set.of(), 3, 1, (short) 1);
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, Ports.free(), Ports.free());
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(batch, 4, (short) 1))).all().get();
            topics.provision(admin);
            await().alias("the broker knows the topics")
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(admin.listTopics().names().get())
                            .contains(requests, batch, Topic.FEEDBACK.in("test.")));
            assertThat(partitions(admin, requests)).isEqualTo(1);
            assertThat(partitions(admin, Topic.FEEDBACK.in("test."))).isEqualTo(3);
            assertThat(topics.remarks(admin))
                    .containsExactly(batch + ": partitions: expected 1, found 4; interactive requests may wait although"
                            + " slots are reserved for them");
        }
    }

    @Test
    void eachPoolHasItsOwnRequestTopicsAndShareGroup() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, Ports.free(), Ports.free());
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            new FleetTopics("test.", Set.of("xl"), 3, 1, (short) 1).provision(admin);
            FleetTopics later = new FleetTopics("test.", Set.of("xl-2"), 3, 1, (short) 1);
            later.provision(admin);
            await().alias("the broker knows the topics")
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(admin.listTopics().names().get())
                            .contains(
                                    "test.generation.requests",
                                    "test.generation.requests-xl",
                                    "test.generation.requests.batch-xl",
                                    "test.generation.requests-xl-2",
                                    "test.generation.requests.batch-xl-2"));
            assertThat(later.names(admin))
                    .hasSize(Topic.values().length + 4)
                    .startsWith(
                            "test.generation.requests",
                            "test.generation.requests-xl",
                            "test.generation.requests-xl-2",
                            "test.generation.requests.batch");
            assertThat(partitions(admin, "test.generation.requests-xl-2")).isEqualTo(1);
            ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "test.gpu-workers-xl");
            assertThat(admin.describeConfigs(List.of(group))
                            .all()
                            .get()
                            .get(group)
                            .get("share.auto.offset.reset")
                            .value())
                    .isEqualTo("earliest");
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, "test.generation.requests-xl"),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("retention.ms", "1000"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
            await().alias("the difference in the pool's topic is found")
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(new FleetTopics("test.", 3, (short) 1).differences(admin))
                            .extracting(Difference::toString)
                            .contains("test.generation.requests-xl: retention.ms: expected 604800000, found 1000"));
        }
    }

    private static int partitions(Admin admin, String topic) throws Exception {
        return admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()
                .size();
    }

    /** Such as over a weekend without workers. Results are also in the manifests, so one day is enough for them. */
    @Test
    void requestsAndTheirCancellationsAreKeptLongerThanResults() throws Exception {
        List<String> kept = Stream.of(Topic.REQUESTS, Topic.BATCH_REQUESTS, Topic.CONTROL)
                .map(topic -> topic.in("test."))
                .toList();
        String results = Topic.RESULTS.in("test.");
        long twoDaysAgo = System.currentTimeMillis() - Duration.ofDays(2).toMillis();
        Map<String, String> frequentChecks =
                Map.of("log.retention.check.interval.ms", "100", "log.initial.task.delay.ms", "100");
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, Ports.free(), Ports.free(), frequentChecks);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
                KafkaProducer<String, String> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrapServers()),
                        new StringSerializer(),
                        new StringSerializer())) {
            new FleetTopics("test.", 1, (short) 1).provision(admin);
            for (String topic : kept) {
                producer.send(new ProducerRecord<>(topic, 0, twoDaysAgo, "r1", ""))
                        .get();
            }
            for (int round = 1; round <= 2; round++) { // after the second one, the broker has checked every topic
                long last = producer.send(new ProducerRecord<>(results, 0, twoDaysAgo, "r1", ""))
                        .get()
                        .offset();
                await().alias("the broker deletes the result")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> firstOffset(admin, results) > last);
            }
            for (String topic : kept) {
                assertThat(firstOffset(admin, topic)).as(topic).isZero();
            }
        }
    }

    private static long firstOffset(Admin admin, String topic) throws Exception {
        TopicPartition partition = new TopicPartition(topic, 0);
        return admin.listOffsets(Map.of(partition, OffsetSpec.earliest()))
                .partitionResult(partition)
                .get()
                .offset();
    }

    @Test
    void findsAndFixesTopicsWithOtherSettings() throws Exception {
        FleetTopics topics = new FleetTopics("test.", 2, (short) 1);
        String progress = Topic.PROGRESS.in("test.");
        String workers = Topic.WORKERS.in("test.");
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, Ports.free(), Ports.free());
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(
                            new NewTopic(progress, 1, (short) 1).configs(Map.of("retention.ms", "3600000")),
                            new NewTopic(workers, 1, (short) 1)))
                    .all()
                    .get();
            await().alias("the broker knows the topics")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> topics.differences(admin).size() >= 5);
            List<Difference> differences = topics.differences(admin);
            topics.provision(admin);
            assertThat(differences)
                    .extracting(Difference::toString)
                    .containsExactly(
                            progress + ": segment.ms: expected 900000, found 604800000",
                            workers + ": cleanup.policy: expected compact, found delete",
                            workers + ": min.cleanable.dirty.ratio: expected 0.1, found 0.5",
                            workers + ": segment.ms: expected 3600000, found 604800000",
                            workers + ": message.timestamp.type: expected LogAppendTime, found CreateTime");
            topics.fix(admin, differences);
            await().alias("the topics are as expected")
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(topics.differences(admin)).isEmpty());
        }
    }

    @Test
    void rejectsClientsWithoutThePassword() throws Exception {
        int controllerPort = Ports.free();
        FleetTopics topics = new FleetTopics("", 1, (short) 1);
        try (EmbeddedBroker broker = EmbeddedBroker.startClosed(directory, Ports.free(), controllerPort)) {
            Map<String, Object> clients = Map.of("bootstrap.servers", broker.bootstrapServers());
            Map<String, Object> controllers = Map.of("bootstrap.controllers", "localhost:" + controllerPort);
            try (Admin admin = admin(clients, broker.login())) {
                topics.provision(admin);
            }
            try (Admin admin = admin(controllers, broker.login())) {
                assertThat(admin.describeMetadataQuorum().quorumInfo().get().leaderId())
                        .isEqualTo(1);
            }

            List<Map<String, String>> strangers =
                    List.of(Map.of(), BrokerPassword.random().clientSettings());
            for (Map<String, String> stranger : strangers) {
                try (Admin admin = admin(clients, stranger)) {
                    assertThatThrownBy(() -> admin.listTopics().names().get()).isInstanceOf(ExecutionException.class);
                }
                try (Admin admin = admin(controllers, stranger)) {
                    assertThatThrownBy(() ->
                                    admin.describeMetadataQuorum().quorumInfo().get())
                            .isInstanceOf(ExecutionException.class);
                }
                assertThatThrownBy(() -> read(clients, stranger)).isInstanceOf(KafkaException.class);
            }
        }
    }

    @Test
    void createsANewPasswordAtEachStart() throws Exception {
        Map<String, String> before;
        try (EmbeddedBroker broker = EmbeddedBroker.startClosed(directory, Ports.free(), Ports.free())) {
            before = broker.login();
        }
        try (EmbeddedBroker broker = EmbeddedBroker.startClosed(directory, Ports.free(), Ports.free());
                Admin admin = admin(Map.of("bootstrap.servers", broker.bootstrapServers()), before)) {
            assertThatThrownBy(() -> admin.listTopics().names().get())
                    .hasCauseInstanceOf(SaslAuthenticationException.class);
        }
    }

    private static Admin admin(Map<String, Object> address, Map<String, String> login) {
        return Admin.create(settings(address, login));
    }

    private static Map<String, Object> settings(Map<String, Object> address, Map<String, String> login) {
        Map<String, Object> settings = new HashMap<>(address);
        settings.putAll(login);
        settings.put("default.api.timeout.ms", 5000);
        settings.put("request.timeout.ms", 5000);
        return settings;
    }

    private static void read(Map<String, Object> address, Map<String, String> login) {
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings(address, login), new StringDeserializer(), new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(Topic.REQUESTS.in(""), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            consumer.position(partition);
        }
    }
}
