// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.storage;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads the topics that say which blobs are in use. */
public final class TopicScan {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Map<String, Object> cluster;
    private final String prefix;

    /**
     * @param cluster settings of the Kafka clients
     * @param prefix prefix of the topic and group names
     */
    public TopicScan(Map<String, Object> cluster, String prefix) {
        this.cluster = cluster;
        this.prefix = prefix;
    }

    /** @return what the fleet needs; requests before the gateways' low-water marks have ended, and are not read */
    public BlobsInUse read(BlobsInUse found) throws IOException, InterruptedException {
        Map<String, Object> settings = new HashMap<>(cluster);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"); // if Kafka has deleted the first record
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        Map<TopicPartition, Long> marks = lowWaterMarks();
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            read(consumer, Topic.ADAPTERS.in(prefix), Map.of(), record -> {
                try {
                    found.adapter(record);
                } catch (InvalidMessageException e) {
                    throw new IOException("invalid record in topic " + record.topic() + ", partition "
                            + record.partition() + ", offset " + record.offset()
                            + ": " + e.getMessage());
                }
            });
            for (String topic : consumer.listTopics().keySet()) {
                if (Topic.poolOf(prefix, topic).isPresent()) {
                    read(consumer, topic, marks, found::request);
                }
            }
        }
        return found;
    }

    private interface Reader {
        void read(ConsumerRecord<String, byte[]> record) throws IOException;
    }

    private void read(
            KafkaConsumer<String, byte[]> consumer, String topic, Map<TopicPartition, Long> marks, Reader reader)
            throws IOException {
        List<TopicPartition> partitions = new ArrayList<>();
        consumer.partitionsFor(topic)
                .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        for (TopicPartition partition : partitions) {
            Long mark = marks.get(partition);
            if (mark != null && mark > consumer.position(partition)) {
                consumer.seek(partition, mark);
            }
        }
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                reader.read(record);
                deadline = System.nanoTime() + TIMEOUT.toNanos();
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "expected records in topic " + topic + ", found none within " + TIMEOUT.toSeconds() + " s");
            }
        }
    }

    private Map<TopicPartition, Long> lowWaterMarks() throws IOException, InterruptedException {
        Map<TopicPartition, Long> marks = new HashMap<>();
        try (Admin admin = Admin.create(cluster)) {
            admin.listConsumerGroupOffsets(prefix + Topic.LOW_WATER_MARKS)
                    .partitionsToOffsetAndMetadata()
                    .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .forEach((partition, mark) -> {
                        if (mark != null) {
                            marks.put(partition, mark.offset());
                        }
                    });
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("cannot read the gateways' low-water marks: " + e.getMessage(), e);
        }
        return marks;
    }
}
