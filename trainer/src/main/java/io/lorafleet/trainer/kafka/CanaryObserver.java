// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.registry.EndOffsets;
import io.lorafleet.trainer.canary.CanaryAnalysis;
import io.lorafleet.trainer.canary.CanaryRules;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/** Reads results and feedback from the start of the oldest canary, and passes them to the canary analyses. */
final class CanaryObserver {
    private static final Duration POLL = Duration.ofMillis(5);
    /**
     * Allows for differences between clocks. The analyses skip events that are too old, according to the events'
     * timestamps.
     */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

    private final Consumer<String, byte[]> consumer;
    private final CanaryRules rules;
    private final String feedback;
    private final List<TopicPartition> partitions = new ArrayList<>();
    private List<CanaryAnalysis> canaries = List.of();
    private EndOffsets ends = new EndOffsets();

    CanaryObserver(KafkaClients clients, String topicPrefix, CanaryRules rules) {
        this.consumer = clients.tail();
        this.rules = rules;
        this.feedback = Topic.FEEDBACK.in(topicPrefix);
        for (String topic : List.of(Topic.RESULTS.in(topicPrefix), feedback)) {
            consumer.partitionsFor(topic)
                    .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
        }
    }

    /**
     * Reads new records.
     *
     * @param open the decisions that started the open canaries
     * @return one analysis per canary. After the set of open canaries has changed, the list is empty until the observer
     *     has read all records that existed at that time
     */
    Collection<CanaryAnalysis> follow(List<RouteDecided> open) {
        Set<RouteDecided> followed =
                canaries.stream().map(CanaryAnalysis::decision).collect(Collectors.toSet());
        if (!followed.equals(new HashSet<>(open))) {
            restart(open);
        }
        if (open.isEmpty()) {
            return List.of();
        }
        consumer.poll(POLL).forEach(this::take);
        return ends.areReached(consumer) ? canaries : List.of();
    }

    private void restart(List<RouteDecided> open) {
        canaries = open.stream()
                .map(decision -> new CanaryAnalysis(decision, rules))
                .toList();
        consumer.assign(open.isEmpty() ? List.of() : partitions);
        if (open.isEmpty()) {
            return;
        }
        Instant from = open.stream()
                .map(RouteDecided::since)
                .min(Instant::compareTo)
                .orElseThrow()
                .minus(CLOCK_TOLERANCE);
        Map<TopicPartition, Long> endOffsets = consumer.endOffsets(partitions);
        ends = new EndOffsets();
        ends.add(endOffsets);
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(
                partitions.stream().collect(Collectors.toMap(each -> each, each -> from.toEpochMilli())));
        endOffsets.forEach((partition, end) -> {
            OffsetAndTimestamp first = found.get(partition);
            consumer.seek(partition, first == null ? end : first.offset());
        });
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        try {
            if (record.topic().equals(feedback)) {
                FeedbackEvent event = Json.read(record.value(), FeedbackEvent.class);
                canaries.forEach(canary -> canary.take(event));
            } else if (Json.read(record.value(), GenerationFinished.class) instanceof GenerationSucceeded result) {
                canaries.forEach(canary -> canary.take(result));
            }
        } catch (InvalidMessageException e) {
            // Other consumers of these topics report invalid records.
        }
    }
}
