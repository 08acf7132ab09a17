package io.lorafleet.trainer.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.messages.DeadLetter;
import io.lorafleet.messages.FeedbackGiven;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.Topic;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.testkit.BrokerResource;
import io.lorafleet.trainer.TrainerConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(BrokerResource.class)
class FeedbackSubscriptionTest {
    @Inject
    BlobStore blobs;

    @Inject
    MeterRegistry meters;

    @Inject
    TrainerConfig config;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String broker;

    private KafkaProducer<String, byte[]> gateway;

    @BeforeEach
    void connect() {
        gateway = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker), new StringSerializer(), new ByteArraySerializer());
    }

    @AfterEach
    void disconnect() {
        gateway.close();
    }

    @Test
    void storesASample() {
        FeedbackGiven sample = sample("kept", "ink");
        send(sample);
        assertThat(Json.read(awaitStored("ink", "kept"), FeedbackGiven.class)).isEqualTo(sample);
    }

    @Test
    void storesARedeliveredSampleOnce() {
        double repeated = meters.counter("lorafleet.feedback.repeated").count();
        send(sample("twice", "ink"));
        send(sample("twice", "ink"));
        await().until(() -> meters.counter("lorafleet.feedback.repeated").count() == repeated + 1);
        awaitStored("ink", "twice");
    }

    @Test
    void sendsWhatIsNoSampleToTheDeadLettersAndGoesOn() {
        send("ink", "{\"rating\": \"splendid\"}".getBytes(UTF_8));
        send(sample("after-a-bad-one", "ink"));
        awaitStored("ink", "after-a-bad-one");
        ConsumerRecord<String, byte[]> record = firstDeadLetter();
        DeadLetter letter = Json.read(record.value(), DeadLetter.class);
        assertThat(record.key()).isEqualTo("ink");
        assertThat(letter.topic()).isEqualTo("feedback.samples");
        assertThat(letter.record()).asString(UTF_8).isEqualTo("{\"rating\": \"splendid\"}");
        assertThat(letter.reason()).contains("FeedbackGiven").doesNotContain("splendid");
    }

    @Test
    void storesASampleWhenTheStorageWorksAgain() throws IOException {
        Path unfinished = config.storage().directory().resolve(".unfinished"); // where every blob is written first
        Files.delete(unfinished);
        send(sample("patient", "oil"));
        await().until(() -> meters.counter("lorafleet.feedback.failures").count() > 1);
        Files.createDirectory(unfinished);
        awaitStored("oil", "patient");
    }

    private byte[] awaitStored(String adapter, String feedbackId) {
        String key = "feedback/" + adapter + "/" + feedbackId + ".json";
        return await().until(() -> blobs.get(key), blob -> blob.isPresent()).orElseThrow();
    }

    private ConsumerRecord<String, byte[]> firstDeadLetter() {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker), new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = List.of(new TopicPartition(Topic.DEAD_LETTERS.in(""), 0));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            return await().until(() -> consumer.poll(Duration.ofMillis(200)), records -> !records.isEmpty())
                    .iterator()
                    .next();
        }
    }

    private void send(FeedbackGiven sample) {
        send(sample.adapter().name(), Json.write(sample));
    }

    private void send(String key, byte[] value) {
        gateway.send(new ProducerRecord<>(Topic.FEEDBACK.in(""), key, value));
    }

    private static FeedbackGiven sample(String id, String adapter) {
        return new FeedbackGiven(
                id,
                "request",
                new PinnedAdapter(adapter, 1, "ab".repeat(32)),
                "a red circle",
                "",
                7,
                64,
                64,
                20,
                1,
                false,
                null,
                Instant.parse("2026-01-01T00:00:00Z"));
    }
}
