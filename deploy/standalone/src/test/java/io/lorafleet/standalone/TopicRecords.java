// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Reads and writes a fleet's topics without the gateway. */
final class TopicRecords {
    private final Map<String, Object> config;

    TopicRecords(String bootstrap) {
        this(bootstrap, Map.of());
    }

    private TopicRecords(String bootstrap, Map<String, Object> settings) {
        config = new HashMap<>(settings);
        config.put("bootstrap.servers", bootstrap);
    }

    /** @param settings Kafka client settings, which a fleet with API keys writes to its data folder */
    static TopicRecords of(String bootstrap, Path settings) throws IOException {
        Properties read = new Properties();
        try (InputStream in = Files.newInputStream(settings)) {
            read.load(in);
        }
        Map<String, Object> all = new HashMap<>();
        read.forEach((key, value) -> all.put(key.toString(), value));
        return new TopicRecords(bootstrap, all);
    }

    /** @return every message in the topic up to now */
    <T> List<T> read(Topic topic, Class<T> type) {
        List<T> messages = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.in("")).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                consumer.poll(Duration.ofMillis(100))
                        .forEach(message -> messages.add(Json.read(message.value(), type)));
            }
        }
        return messages;
    }

    /** Returns when all records are written. */
    void send(Topic topic, Map<String, String> values) throws ExecutionException, InterruptedException {
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            for (Map.Entry<String, String> value : values.entrySet()) {
                producer.send(new ProducerRecord<>(topic.in(""), value.getKey(), value.getValue()))
                        .get();
            }
        }
    }
}
