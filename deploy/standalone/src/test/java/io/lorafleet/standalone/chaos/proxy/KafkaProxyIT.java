// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.Ports;
import io.lorafleet.standalone.chaos.proxy.Rule.Action;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real broker behind a proxy. */
class KafkaProxyIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final Map<String, Uuid> topics = new HashMap<>();
    private EmbeddedBroker broker;
    private KafkaProxy proxy;
    private String behindTheProxy;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        int port = Ports.free();
        int door = Ports.free();
        int proxyPort = Ports.free();
        int controllerPort = Ports.free();
        broker = EmbeddedBroker.start(
                folder,
                port,
                controllerPort,
                Map.of(
                        "listeners",
                        "CLIENTS://localhost:" + port + ",SERVICE://localhost:" + door + ",CONTROLLER://localhost:"
                                + controllerPort,
                        "advertised.listeners",
                        "CLIENTS://localhost:" + port + ",SERVICE://localhost:" + proxyPort,
                        "listener.security.protocol.map",
                        "CLIENTS:PLAINTEXT,SERVICE:PLAINTEXT,CONTROLLER:PLAINTEXT"));
        proxy = new KafkaProxy(new ShareObserver() {
            @Override
            public void taken(String consumer, Uuid topic, int partition, long offset, int delivery) {
                seen.add(consumer + " took " + offset + ", delivery " + delivery);
            }

            @Override
            public void acknowledged(String consumer, Uuid topic, int partition, long offset, int type) {
                seen.add(consumer + " acknowledged " + offset + " as " + AcknowledgeType.forId((byte) type));
            }
        });
        proxy.listen(proxyPort, door);
        behindTheProxy = "localhost:" + proxyPort;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            for (String topic : List.of("one", "other")) {
                topics.put(
                        topic,
                        admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1)))
                                .topicId(topic)
                                .get());
            }
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.GROUP, "group"),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    @AfterEach
    void stop() {
        proxy.close();
        broker.close();
    }

    @Test
    void aHeldRequestArrivesWhenTheRuleEnds() throws Exception {
        try (KafkaProducer<String, String> producer = producer()) {
            producer.send(new ProducerRecord<>("one", "before")).get();
            Rule rule = proxy.add(Rule.of(Action.HOLD, Direction.REQUEST, ApiKeys.PRODUCE));

            Future<RecordMetadata> sent = producer.send(new ProducerRecord<>("one", "held"));

            await().atMost(TIMEOUT).until(() -> rule.hits() == 1);
            assertThat(sent.isDone()).isFalse();
            proxy.remove(rule);
            assertThat(sent.get().offset()).isEqualTo(1);
        }
    }

    @Test
    void aRuleCanHoldTheRecordsOfOneTopic() throws Exception {
        try (KafkaProducer<String, String> producer = producer();
                KafkaProducer<String, String> another = producer()) {
            Rule rule = proxy.add(
                    Rule.of(Action.HOLD, Direction.REQUEST, ApiKeys.PRODUCE).onTopic(topics.get("other")));

            Future<RecordMetadata> held = producer.send(new ProducerRecord<>("other", "held"));
            await().atMost(TIMEOUT).until(() -> rule.hits() == 1);

            assertThat(another.send(new ProducerRecord<>("one", "free")).get().offset())
                    .isZero();
            assertThat(held.isDone()).isFalse();
            proxy.remove(rule);
            assertThat(held.get().offset()).isZero();
        }
    }

    @Test
    void aClientConnectsAgainAfterAReset() throws Exception {
        try (KafkaProducer<String, String> producer = producer()) {
            producer.send(new ProducerRecord<>("one", "first")).get();

            assertThat(proxy.reset()).isPositive();

            assertThat(producer.send(new ProducerRecord<>("one", "second"))
                            .get()
                            .offset())
                    .isEqualTo(1);
        }
    }

    @Test
    void tellsWhatAShareConsumerTakesAndAcknowledges() throws Exception {
        try (KafkaProducer<String, String> producer = producer()) {
            producer.send(new ProducerRecord<>("one", "value")).get();
        }
        try (KafkaShareConsumer<String, String> consumer = consumer()) {
            consumer.subscribe(List.of("one"));
            acknowledge(consumer, AcknowledgeType.RELEASE);
            acknowledge(consumer, AcknowledgeType.ACCEPT);
        }
        assertThat(seen)
                .containsExactly(
                        "consumer took 0, delivery 1",
                        "consumer acknowledged 0 as release",
                        "consumer took 0, delivery 2",
                        "consumer acknowledged 0 as accept");
    }

    @Test
    void aRuleCanBreakOneTypeOfAcknowledgements() throws Exception {
        try (KafkaProducer<String, String> producer = producer()) {
            producer.send(new ProducerRecord<>("one", "value")).get();
        }
        Rule rule = proxy.add(Rule.of(Action.RESET, Direction.REQUEST).onAcknowledgement(AcknowledgeType.ACCEPT));
        try (KafkaShareConsumer<String, String> consumer = consumer()) {
            consumer.subscribe(List.of("one"));
            acknowledge(consumer, AcknowledgeType.RELEASE);
            assertThat(rule.hits()).isZero();

            acknowledge(consumer, AcknowledgeType.ACCEPT);

            assertThat(rule.hits()).isEqualTo(1);
        }
        assertThat(seen)
                .contains("consumer acknowledged 0 as release")
                .doesNotContain("consumer acknowledged 0 as accept");
    }

    private static void acknowledge(KafkaShareConsumer<String, String> consumer, AcknowledgeType type) {
        await().atMost(TIMEOUT).until(() -> {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                consumer.acknowledge(record, type);
                consumer.commitSync();
                return true;
            }
            return false;
        });
    }

    private KafkaProducer<String, String> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", behindTheProxy), new StringSerializer(), new StringSerializer());
    }

    private KafkaShareConsumer<String, String> consumer() {
        return new KafkaShareConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        behindTheProxy,
                        "client.id",
                        "consumer",
                        "group.id",
                        "group",
                        "share.acknowledgement.mode",
                        "explicit"),
                new StringDeserializer(),
                new StringDeserializer());
    }
}
