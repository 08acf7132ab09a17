// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
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
 * Publishes what came of a run, or of a trial: version, route, events and offsets, all or nothing. The broker takes the offsets, and
 * with them the rest, only from a member of the group that has not been overtaken.
 *
 * @see "KIP-447, producer scalability for exactly once semantics"
 */
final class Transactions {
    private static final Logger LOG = Logger.getLogger(Transactions.class);

    private final Producer<String, byte[]> producer;
    private final String topicPrefix;

    /** @param producer becomes the only one with its transactional id */
    Transactions(Producer<String, byte[]> producer, String topicPrefix) {
        this.producer = producer;
        this.topicPrefix = topicPrefix;
        producer.initTransactions();
    }

    /**
     * @param offset to be committed for the partition
     * @param member the consumer as it was when it last polled
     * @return false if the group is about to assign its partitions anew, or has: nothing was published, and whoever owns
     *     the partition then may try again
     * @throws KafkaException if it is not known what came of it; what there is now must be read anew
     */
    boolean publish(Publication publication, TopicPartition partition, long offset, ConsumerGroupMetadata member) {
        if (member.generationId() < 0 || member.memberId().isEmpty()) {
            // It has left the group. A broker would take its offsets all the same, as those of somebody without a
            // group.
            LOG.warn("nothing is published: this trainer is in no group");
            return false;
        }
        producer.beginTransaction();
        try {
            write(publication);
            producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(offset)), member);
        } catch (CommitFailedException | RebalanceInProgressException e) {
            LOG.warnf("nothing is published: %s", e.getMessage());
            producer.abortTransaction();
            return false;
        }
        producer.commitTransaction();
        return true;
    }

    /** Returns when the broker has it all, so that whoever reads after the offsets are refused finds nothing new. */
    private void write(Publication publication) {
        List<Future<?>> sent = new ArrayList<>();
        publication
                .version()
                .ifPresent(version ->
                        sent.add(send(Topic.ADAPTERS, version.pinned().toString(), version)));
        publication.event().ifPresent(event -> sent.add(send(Topic.TRAININGS, event.adapter(), event)));
        publication.decision().ifPresent(decision -> {
            sent.add(send(Topic.ADAPTERS, decision.adapter(), decision.route()));
            sent.add(send(Topic.TRAININGS, decision.adapter(), decision));
        });
        try {
            for (Future<?> each : sent) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new KafkaException("what is to be published cannot be written", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        }
    }

    private Future<?> send(Topic topic, String key, Object message) {
        return producer.send(new ProducerRecord<>(topic.in(topicPrefix), key, Json.write(message)));
    }
}
