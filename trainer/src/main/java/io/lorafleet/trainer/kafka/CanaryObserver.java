// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.trainer.canary.CanaryAnalysis;
import io.lorafleet.trainer.canary.CanaryRules;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads results and feedback from the start of each canary, and passes them to the canary analyses. A new canary does
 * not restart the analyses of the other canaries.
 */
final class CanaryObserver {
    private static final Duration POLL = Duration.ofMillis(5);
    /** Time for reading in one iteration of the polling loop. */
    private static final Duration BUDGET = Duration.ofMillis(200);
    /** After this time, a verdict uses what has been read so far. */
    private static final Duration READING_TIMEOUT = Duration.ofMinutes(1);
    /**
     * Reading starts this much earlier, to allow for differences between clocks. The analyses skip events whose
     * timestamps are too early.
     */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

    private final Consumer<String, byte[]> consumer;
    private final Admin admin;
    private final CanaryRules rules;
    private final String results;
    private final String feedback;
    private final LongSupplier nanoTime;
    private final Map<RouteDecided, ObservedCanary> canaries = new LinkedHashMap<>();

    CanaryObserver(KafkaClients clients, String topicPrefix, CanaryRules rules) {
        this(clients, topicPrefix, rules, System::nanoTime);
    }

    CanaryObserver(KafkaClients clients, String topicPrefix, CanaryRules rules, LongSupplier nanoTime) {
        this.consumer = clients.tail("canaries");
        this.admin = clients.admin();
        this.rules = rules;
        this.results = Topic.RESULTS.in(topicPrefix);
        this.feedback = Topic.FEEDBACK.in(topicPrefix);
        this.nanoTime = nanoTime;
    }

    /**
     * Reads new records.
     *
     * @param open the latest decisions on the open canaries
     * @return the analyses of the canaries for which the observer has read all records that existed when it started to
     *     follow the canary, or has read for a minute
     */
    Collection<CanaryAnalysis> follow(List<RouteDecided> open) {
        canaries.keySet().retainAll(open);
        List<RouteDecided> added =
                open.stream().filter(each -> !canaries.containsKey(each)).toList();
        if (!added.isEmpty()) {
            add(added);
        }
        if (canaries.isEmpty()) {
            consumer.assign(Set.of());
            return List.of();
        }
        read();
        return canaries.values().stream()
                .filter(canary -> canary.isRead(nanoTime.getAsLong()))
                .map(ObservedCanary::analysis)
                .toList();
    }

    /** Finds new partitions. Call this after a rebalance. */
    void findPartitions() {
        if (!canaries.isEmpty()) {
            seek(assign());
        }
    }

    private void add(List<RouteDecided> added) {
        Set<TopicPartition> partitions = assign();
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        for (RouteDecided decision : added) {
            Map<TopicPartition, Long> from = new HashMap<>();
            partitions.forEach(each -> from.put(each, startOf(decision, each)));
            Map<TopicPartition, Long> next = new HashMap<>(ends);
            consumer.offsetsForTimes(from).forEach((partition, found) -> {
                if (found != null) {
                    next.put(partition, found.offset());
                }
            });
            canaries.put(
                    decision,
                    new ObservedCanary(
                            new CanaryAnalysis(decision, rules),
                            next,
                            ends,
                            nanoTime.getAsLong() + READING_TIMEOUT.toNanos()));
        }
        seek(partitions);
    }

    private Set<TopicPartition> assign() {
        Set<TopicPartition> partitions = TopicPartitions.of(admin, List.of(results, feedback));
        consumer.assign(partitions);
        return partitions;
    }

    /** Results count from the latest decision, and feedback from the start of the canary. */
    private long startOf(RouteDecided decision, TopicPartition partition) {
        Instant start = partition.topic().equals(feedback) ? decision.since() : decision.at();
        return start.minus(CLOCK_TOLERANCE).toEpochMilli();
    }

    /** Goes back to the first record that a canary needs. */
    private void seek(Set<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            long first = canaries.values().stream()
                    .mapToLong(canary -> canary.next(partition))
                    .min()
                    .orElseThrow();
            consumer.seek(partition, first);
        }
    }

    private void read() {
        long end = nanoTime.getAsLong() + BUDGET.toNanos();
        ConsumerRecords<String, byte[]> records;
        do {
            records = consumer.poll(POLL);
            records.forEach(this::take);
        } while (!records.isEmpty() && nanoTime.getAsLong() - end < 0);
        for (TopicPartition partition : consumer.assignment()) {
            long position = consumer.position(partition);
            canaries.values().forEach(canary -> canary.advance(partition, position));
        }
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        List<CanaryAnalysis> analyses = canaries.values().stream()
                .filter(canary -> canary.next(partition) <= record.offset())
                .map(ObservedCanary::analysis)
                .toList();
        try {
            if (record.topic().equals(feedback)) {
                FeedbackEvent event = Json.read(record.value(), FeedbackEvent.class);
                analyses.forEach(analysis -> analysis.take(event));
            } else if (Json.read(record.value(), GenerationFinished.class) instanceof GenerationSucceeded result) {
                analyses.forEach(analysis -> analysis.take(result));
            }
        } catch (InvalidMessageException e) {
            // Other consumers of these topics report invalid records.
        }
    }
}
