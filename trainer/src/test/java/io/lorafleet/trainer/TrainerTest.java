// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer;

import static io.lorafleet.trainer.Samples.feedback;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.djl.Device;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.lora.LoraAdapter;
import io.lorafleet.diffusion.lora.LoraFile;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.testkit.BrokerResource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
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
import org.junit.jupiter.api.Test;

/** The whole service on the demo model, from the feedback to the next version. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(DemoModelResource.class)
class TrainerTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(4);

    @Inject
    BlobStore blobs;

    @Inject
    MeterRegistry meters;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String broker;

    @Test
    void trainsTheNextVersionFromFeedback() throws Exception {
        AdapterVersion first = DemoStudent.store("fast", blobs);
        try (KafkaProducer<String, byte[]> gateway = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker), new StringSerializer(), new ByteArraySerializer())) {
            gateway.send(new ProducerRecord<>(Topic.ADAPTERS.in(""), "fast@1", Json.write(first)));
            Instant now = Instant.now(); // current, so that the first sample does not start a run alone
            for (FeedbackGiven sample : List.of(
                    feedback("a", "fast", "a large red star on a white background", -1, now),
                    feedback("b", "fast", "a small blue ring on a black background", -1, now))) {
                gateway.send(new ProducerRecord<>(Topic.FEEDBACK.in(""), "fast", Json.write(sample)));
            }
        }

        AdapterVersion second = awaitVersion("fast@2");

        assertThat(second.lineage().parent()).isEqualTo(1);
        assertThat(second.figures().learned()).isLessThan(1);
        assertThat(second.sha256()).isNotEqualTo(first.sha256());
        assertThat(fits(second).rank()).isEqualTo(DemoStudent.RANK);
        await().until(() -> meters.counter("lorafleet.training.published").count() == 1);
        assertThat(meters.counter("lorafleet.training.steps").count()).isEqualTo(2);
    }

    private LoraAdapter fits(AdapterVersion version) throws IOException {
        byte[] file = blobs.get(BlobKeys.adapter(version.sha256())).orElseThrow();
        try (StableDiffusion model = StableDiffusion.openForTraining(Path.of("../deploy/demo-model"), Device.cpu())) {
            return LoraFile.read(Safetensors.of("fast@2", file), model.unet().weightShapes());
        }
    }

    private AdapterVersion awaitVersion(String key) {
        Map<String, Object> config = Map.of("bootstrap.servers", broker, "isolation.level", "read_committed");
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = List.of(new TopicPartition(Topic.ADAPTERS.in(""), 0));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            return await().pollInSameThread().atMost(TIMEOUT).until(() -> find(key, consumer), found -> found != null);
        }
    }

    private static AdapterVersion find(String key, KafkaConsumer<String, byte[]> consumer) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
            if (record.key().equals(key)) {
                return Json.read(record.value(), AdapterVersion.class);
            }
        }
        return null;
    }
}
