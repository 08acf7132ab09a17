// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.telemetry.kafka.ClientId;
import io.smallrye.common.annotation.Identifier;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Opens consumers without a group, and reads single records with them. */
@Singleton
final class RecordReader {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(200);
    /** Larger than most records; Kafka returns the first record of a partition whatever its size. */
    private static final int FETCH_BYTES = 4096;

    private final Map<String, Object> settings = new HashMap<>();

    RecordReader(@Identifier("default-kafka-broker") Map<String, Object> broker, GatewayConfig config) {
        ConsumerConfig.configNames().stream()
                .filter(broker::containsKey)
                .forEach(key -> settings.put(key, broker.get(key)));
        ClientId.set(settings, "gateway", config.gateway().id(), "reader");
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"); // if Kafka has deleted the record
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
    }

    /** @return a new consumer, which the caller closes */
    Consumer<String, byte[]> open() {
        return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Reads one record from each partition.
     *
     * @param offsets for each partition, the offset of the record to read; it must be before the end of the partition
     * @return the record at each offset, or the next record if Kafka has deleted that one
     * @throws TimeoutException if a record does not arrive in time
     */
    static Map<TopicPartition, ConsumerRecord<String, byte[]>> read(
            Consumer<String, byte[]> consumer, Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, ConsumerRecord<String, byte[]>> found = new HashMap<>();
        Set<TopicPartition> missing = new HashSet<>(offsets.keySet());
        consumer.assign(missing);
        consumer.resume(missing); // an earlier call may have paused them
        offsets.forEach(consumer::seek);
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (!missing.isEmpty()) {
            if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException("expected a record from each of " + missing + ", found none in " + TIMEOUT);
            }
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                if (missing.remove(partition)) {
                    found.put(partition, record);
                    consumer.pause(List.of(partition));
                }
            }
        }
        return found;
    }
}
