// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.TrainingEvent;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import io.lorafleet.registry.EndOffsets;
import io.lorafleet.trainer.canary.OpenCanaries;
import io.lorafleet.trainer.feedback.ConsumedOffsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Reads the topics {@code adapters} and {@code trainings} from the start, and applies their records to this trainer's
 * state.
 */
final class TopicReplay {
    private static final Logger LOG = Logger.getLogger(TopicReplay.class);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Consumer<String, byte[]> consumer;
    private final Admin admin;
    private final String adapters;
    private final Duration timeout;
    private final LongSupplier nanoTime;
    private final List<String> topics;
    private final ConsumedOffsets consumed = new ConsumedOffsets();
    private final AdapterRegistry registry = new AdapterRegistry();
    private final OpenCanaries canaries = new OpenCanaries(registry);

    /** @param timeout maximum time that {@link #catchUp} waits for the next record */
    TopicReplay(KafkaClients clients, String topicPrefix, Duration timeout) {
        this(clients, topicPrefix, timeout, System::nanoTime);
    }

    TopicReplay(KafkaClients clients, String topicPrefix, Duration timeout, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.consumer = clients.tail("replay");
        this.admin = clients.admin();
        this.timeout = timeout;
        this.adapters = Topic.ADAPTERS.in(topicPrefix);
        this.topics = List.of(adapters, Topic.TRAININGS.in(topicPrefix));
    }

    ConsumedOffsets consumed() {
        return consumed;
    }

    AdapterRegistry registry() {
        return registry;
    }

    OpenCanaries canaries() {
        return canaries;
    }

    /**
     * Reads all records that exist at the time of the call, including those of open transactions. A crashed trainer may
     * have left a transaction that the broker will still commit.
     *
     * @throws TimeoutException if no record could be read for too long
     */
    void catchUp() {
        assign(TopicPartitions.of(admin, topics));
        EndOffsets ends = new EndOffsets();
        ends.add(ends());
        long limit = nanoTime.getAsLong() + timeout.toNanos();
        while (!ends.areReached(consumer)) {
            if (nanoTime.getAsLong() - limit > 0) {
                throw new TimeoutException(
                        "the topics adapters and trainings were not read to the end, and no record was read for "
                                + timeout.toSeconds() + " s: a transaction may be open");
            }
            ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
            records.forEach(this::apply);
            if (!records.isEmpty()) {
                limit = nanoTime.getAsLong() + timeout.toNanos();
            }
        }
    }

    /** Reads new partitions from the beginning, and continues reading the partitions already assigned. */
    private void assign(Set<TopicPartition> partitions) {
        Set<TopicPartition> added = new HashSet<>(partitions);
        added.removeAll(consumer.assignment());
        if (!added.isEmpty()) {
            consumer.assign(partitions);
            consumer.seekToBeginning(added);
        }
    }

    /**
     * Uses the admin client, because a read-committed consumer would report the start of the first open transaction
     * instead of the end offset.
     */
    private Map<TopicPartition, Long> ends() {
        Map<TopicPartition, OffsetSpec> latest = consumer.assignment().stream()
                .collect(Collectors.toMap(Function.identity(), each -> OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        try {
            admin.listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                    .all()
                    .get(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .forEach((partition, found) -> ends.put(partition, found.offset()));
            return ends;
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new KafkaException("cannot read the end offsets of the topics adapters and trainings", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        }
    }

    private void apply(ConsumerRecord<String, byte[]> record) {
        try {
            if (!record.topic().equals(adapters)) {
                TrainingEvent event = Json.read(record.value(), TrainingEvent.class);
                consumed.apply(event);
                if (event instanceof RouteDecided decision) {
                    canaries.apply(decision);
                }
            } else {
                AdapterEvent event = AdapterEvent.read(record);
                boolean applied = registry.apply(event);
                if (!applied && event instanceof AdapterEvent.Route written) {
                    canaries.refused(written.route());
                }
                if (event instanceof AdapterEvent.Version written) {
                    consumed.apply(written.version());
                }
            }
        } catch (InvalidMessageException e) {
            LOG.warnf(
                    "Skipped an invalid record in topic %s, partition %d, offset %d: %s",
                    record.topic(), record.partition(), record.offset(), e.getMessage());
        }
    }
}
