// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.FleetTopics;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.GenerationSucceeded.GeneratedImage;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes the records of many generations, as gateways and workers would have written them in the last few hours. */
final class ForgedTopics {
    private static final int PARTITIONS = 3;
    private static final String SHA = "ab".repeat(32);
    /** Within the retention time of one day. */
    private static final Duration SPAN = Duration.ofHours(20);

    private final int finished;
    private final int unfinished;
    private final Instant start = Instant.now().minus(SPAN);

    /**
     * @param finished number of requests with results
     * @param unfinished number of requests without results, which are the newest
     */
    ForgedTopics(int finished, int unfinished) {
        this.finished = finished;
        this.unfinished = unfinished;
    }

    void write(EmbeddedBroker broker) throws InterruptedException, ExecutionException {
        Map<TopicPartition, Long> completed = new HashMap<>();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            new FleetTopics("", PARTITIONS, (short) 1).provision(admin);
            try (KafkaProducer<String, byte[]> producer = producer(broker)) {
                for (int i = 0; i < finished + unfinished; i++) {
                    String id = UUID.randomUUID().toString();
                    Instant at = start.plus(SPAN.multipliedBy(i).dividedBy(finished + unfinished));
                    send(producer, Topic.REQUESTS, i, at, id, Json.write(request(id, at)));
                    if (i < finished) {
                        send(producer, Topic.RESULTS, i, at.plusSeconds(2), id, Json.write(result(id, at)));
                        completed.merge(partition(Topic.REQUESTS, i), 1L, Long::sum);
                    }
                }
            }
            admin.alterShareGroupOffsets(Topic.WORKER_GROUP, completed).all().get();
        }
    }

    private static KafkaProducer<String, byte[]> producer(EmbeddedBroker broker) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", broker.bootstrapServers(), "linger.ms", 20, "batch.size", 1 << 18);
        return new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    }

    private static void send(
            KafkaProducer<String, byte[]> producer, Topic topic, int i, Instant at, String id, byte[] value) {
        TopicPartition partition = partition(topic, i);
        producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), at.toEpochMilli(), id, value));
    }

    private static TopicPartition partition(Topic topic, int i) {
        return new TopicPartition(topic.in(""), i % PARTITIONS);
    }

    private static GenerateImage request(String id, Instant at) {
        return GenerateImage.builder(id, at)
                .prompt("a large red star")
                .guidanceScale(5)
                .steps(20)
                .sampler(SamplerName.DDIM)
                .size(64, 64)
                .seed(7)
                .build();
    }

    private static GenerationSucceeded result(String id, Instant at) {
        List<GeneratedImage> images = List.of(new GeneratedImage(0, 7, "generations/" + id + "/0.png", SHA));
        return new GenerationSucceeded(id, "w1", at.plusSeconds(2), images, 40, Duration.ofSeconds(2), null);
    }
}
