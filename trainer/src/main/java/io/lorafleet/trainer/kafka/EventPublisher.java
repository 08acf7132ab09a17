// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.training.TrainingProgressed;
import io.lorafleet.messages.training.TrainingStarted;
import io.lorafleet.messages.worker.DeadLetter;
import java.time.Clock;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** What a trainer says at once, in no transaction. */
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

    /** Returns when the broker has it: from then on, whoever makes the run takes the same stretch. */
    void started(TrainingStarted event) {
        write(Topic.TRAININGS, event.adapter(), Json.write(event));
    }

    /** Does not wait, and may be lost. */
    void progressed(TrainingProgressed event) {
        producer.send(new ProducerRecord<>(Topic.TRAININGS.in(topicPrefix), event.adapter(), Json.write(event)));
    }

    /** Returns when the broker has the letter of a record that nobody can read. It may have been written before. */
    void deadLetter(ConsumerRecord<String, byte[]> record, String reason) {
        DeadLetter letter = new DeadLetter(
                null, // the key of feedback is an adapter's name
                record.topic(),
                record.partition(),
                record.offset(),
                record.value(),
                reason,
                0,
                trainerId,
                clock.instant());
        write(Topic.DEAD_LETTERS, record.key(), Json.write(letter));
    }

    private void write(Topic topic, String key, byte[] value) {
        try {
            producer.send(new ProducerRecord<>(topic.in(topicPrefix), key, value))
                    .get();
        } catch (ExecutionException e) {
            throw new KafkaException(topic.in(topicPrefix) + " cannot be written", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        }
    }
}
