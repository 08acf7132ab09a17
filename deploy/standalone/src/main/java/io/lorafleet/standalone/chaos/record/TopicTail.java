// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.record;

import io.lorafleet.messages.Topic;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads topics from their start, and writes their records to the history. */
public final class TopicTail {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final List<Topic> TRANSACTIONAL = List.of(Topic.ADAPTERS, Topic.TRAININGS);

    private final String source;
    private final KafkaConsumer<String, byte[]> consumer;
    private final RecordDecoder decoder;
    private final Recorder recorder;
    private final Thread thread;
    private volatile boolean closed;

    private TopicTail(String source, boolean committed, String bootstrap, Recorder recorder) {
        this.source = source;
        this.decoder = new RecordDecoder(committed);
        this.recorder = recorder;
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "auto.offset.reset",
                        "earliest",
                        "isolation.level",
                        committed ? "read_committed" : "read_uncommitted"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        this.thread = new Thread(this::read, source);
    }

    /** Starts reading every topic. */
    public static TopicTail ofAll(String bootstrap, Recorder recorder) {
        return start(new TopicTail("topics", false, bootstrap, recorder), Arrays.asList(Topic.values()));
    }

    /** Starts reading the committed records of the topics to which services write in transactions. */
    public static TopicTail ofCommitted(String bootstrap, Recorder recorder) {
        return start(new TopicTail("topics-committed", true, bootstrap, recorder), TRANSACTIONAL);
    }

    private static TopicTail start(TopicTail tail, List<Topic> topics) {
        List<TopicPartition> partitions = topics.stream()
                .flatMap(topic -> tail.consumer.partitionsFor(topic.in("")).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        tail.consumer.assign(partitions);
        tail.consumer.seekToBeginning(partitions);
        tail.thread.setDaemon(true);
        tail.thread.start();
        return tail;
    }

    private void read() {
        try (consumer) {
            while (!closed) {
                try {
                    for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                        decoder.decode(recorder.now(), record).ifPresent(event -> recorder.record(source, event));
                    }
                } catch (KafkaException e) {
                    // The broker is unavailable. The consumer keeps its positions.
                }
            }
        }
    }

    /** Stops reading, and waits until everything that was read has been written. */
    public void stop() throws InterruptedException {
        closed = true;
        thread.join();
    }
}
