// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.training.TrainingEvent;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.telemetry.kafka.MessageHeaders;
import io.lorafleet.trainer.publish.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.jboss.logging.Logger;

/**
 * Writes a publication and the consumer offset in one transaction. The broker accepts the offset, and therefore the
 * transaction, only from a current member of the consumer group.
 *
 * @see "KIP-447, producer scalability for exactly once semantics"
 */
final class Transactions {
    private static final Logger LOG = Logger.getLogger(Transactions.class);

    private final Producer<String, byte[]> producer;
    private final String topicPrefix;

    /** @param producer fences all other producers with the same transactional id */
    Transactions(Producer<String, byte[]> producer, String topicPrefix) {
        this.producer = producer;
        this.topicPrefix = topicPrefix;
        producer.initTransactions();
    }

    /**
     * Writes a publication.
     *
     * @param offset the offset to commit for the partition
     * @param member the group metadata of the consumer after its latest poll
     * @return false if nothing was published, because this trainer is not a member of the group or the group is
     *     rebalancing; the owner of the partition can retry
     * @throws KafkaException if the result of the transaction is unknown; the caller must reload its state
     */
    boolean publish(Publication publication, TopicPartition partition, long offset, ConsumerGroupMetadata member) {
        if (member.generationId() < 0 || member.memberId().isEmpty()) {
            // Without a member id, the broker would accept the offsets as if they came from a standalone consumer.
            LOG.warn("Nothing was published: this trainer is not a member of the consumer group");
            return false;
        }
        producer.beginTransaction();
        try {
            write(publication);
            producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(offset)), member);
        } catch (CommitFailedException | RebalanceInProgressException e) {
            LOG.warnf("Nothing was published: %s", e.getMessage());
            producer.abortTransaction();
            return false;
        }
        producer.commitTransaction();
        return true;
    }

    /** Waits for the broker, so that no record is in flight when the broker rejects the offset. */
    private void write(Publication publication) {
        List<Future<?>> sent = new ArrayList<>();
        publication.adapters().forEach(record -> sent.add(send(record)));
        publication.event().ifPresent(event -> sent.add(send(event)));
        publication.decision().ifPresent(decision -> sent.add(send(decision)));
        try {
            for (Future<?> each : sent) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new KafkaException("the records of the publication were not written", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        }
    }

    private Future<?> send(AdapterEvent event) {
        return producer.send(new ProducerRecord<>(
                Topic.ADAPTERS.in(topicPrefix), null, event.key(), event.value(), event.headers()));
    }

    private Future<?> send(TrainingEvent event) {
        return producer.send(new ProducerRecord<>(
                Topic.TRAININGS.in(topicPrefix), null, event.adapter(), Json.write(event), MessageHeaders.of(event)));
    }
}
