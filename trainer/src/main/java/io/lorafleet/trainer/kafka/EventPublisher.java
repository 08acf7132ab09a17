// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.training.TrainingProgressed;
import io.lorafleet.messages.training.TrainingStarted;
import io.lorafleet.messages.worker.DeadLetter;
import io.lorafleet.telemetry.kafka.MessageHeaders;
import java.time.Clock;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Writes records outside transactions. */
final class EventPublisher {
    private final Producer<String, byte[]> producer;
    private final String topicPrefix;
    private final String trainerId;
    private final Clock clock;

    EventPublisher(Producer<String, byte[]> producer, String topicPrefix, String trainerId, Clock clock) {
        this.producer = producer;
        this.topicPrefix = topicPrefix;
        this.trainerId = trainerId;
        this.clock = clock;
    }

    /** Announces a run, and waits for the broker. After this, every trainer uses the same offset range for the run. */
    void started(TrainingStarted event) {
        write(Topic.TRAININGS, event.adapter(), event);
    }

    /** Sends a progress event without waiting. The event may be lost. */
    void progressed(TrainingProgressed event) {
        producer.send(record(Topic.TRAINING_PROGRESS, event.adapter(), event));
    }

    /** Writes a dead letter for an invalid record, and waits for the broker. A retry may write it again. */
    void deadLetter(ConsumerRecord<String, byte[]> record, String reason) {
        DeadLetter letter = new DeadLetter(
                null, // feedback is keyed by adapter, and has no request id
                record.topic(),
                record.partition(),
                record.offset(),
                record.value(),
                reason,
                0,
                trainerId,
                clock.instant());
        write(Topic.DEAD_LETTERS, record.key(), letter);
    }

    private ProducerRecord<String, byte[]> record(Topic topic, String key, Object message) {
        return new ProducerRecord<>(topic.in(topicPrefix), null, key, Json.write(message), MessageHeaders.of(message));
    }

    private void write(Topic topic, String key, Object message) {
        try {
            producer.send(record(topic, key, message)).get();
        } catch (ExecutionException e) {
            throw new KafkaException(topic.in(topicPrefix) + ": the record was not written", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        }
    }
}
