// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.FeedbackEvent;
import io.lorafleet.messages.GenerationFinished;
import io.lorafleet.messages.GenerationSucceeded;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.RouteDecided;
import io.lorafleet.messages.Topic;
import io.lorafleet.trainer.trial.Trial;
import io.lorafleet.trainer.trial.TrialRules;
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

/** Reads results and feedback, from when the oldest trial began, into what is known of the versions on trial. */
final class LiveTrials {
    private static final Duration POLL = Duration.ofMillis(5);
    /** Clocks differ. What is too old is passed over by its own time. */
    private static final Duration BEFORE = Duration.ofMinutes(1);

    private final Consumer<String, byte[]> consumer;
    private final TrialRules rules;
    private final String feedback;
    private final List<TopicPartition> partitions = new ArrayList<>();
    private List<Trial> trials = List.of();
    private Map<TopicPartition, Long> ends = Map.of();

    LiveTrials(Clients clients, String topicPrefix, TrialRules rules) {
        this.consumer = clients.tail();
        this.rules = rules;
        this.feedback = Topic.FEEDBACK.in(topicPrefix);
        for (String topic : List.of(Topic.RESULTS.in(topicPrefix), feedback)) {
            consumer.partitionsFor(topic)
                    .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
        }
    }

    /**
     * Reads what has come.
     *
     * @param open the decisions that others are to follow
     * @return their trials; none as long as there is more to be read of what was there when the first of them was named
     */
    Collection<Trial> follow(List<RouteDecided> open) {
        Set<RouteDecided> followed = trials.stream().map(Trial::decision).collect(Collectors.toSet());
        if (!followed.equals(new HashSet<>(open))) {
            begin(open);
        }
        if (open.isEmpty()) {
            return List.of();
        }
        consumer.poll(POLL).forEach(this::take);
        boolean caughtUp = ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
        return caughtUp ? trials : List.of();
    }

    private void begin(List<RouteDecided> open) {
        trials = open.stream().map(decision -> new Trial(decision, rules)).toList();
        consumer.assign(open.isEmpty() ? List.of() : partitions);
        if (open.isEmpty()) {
            return;
        }
        Instant from = open.stream()
                .map(RouteDecided::since)
                .min(Instant::compareTo)
                .orElseThrow()
                .minus(BEFORE);
        ends = consumer.endOffsets(partitions);
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(
                partitions.stream().collect(Collectors.toMap(each -> each, each -> from.toEpochMilli())));
        ends.forEach((partition, end) -> {
            OffsetAndTimestamp first = found.get(partition);
            consumer.seek(partition, first == null ? end : first.offset());
        });
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        try {
            if (record.topic().equals(feedback)) {
                FeedbackEvent event = Json.read(record.value(), FeedbackEvent.class);
                trials.forEach(trial -> trial.take(event));
            } else if (Json.read(record.value(), GenerationFinished.class) instanceof GenerationSucceeded result) {
                trials.forEach(trial -> trial.take(result));
            }
        } catch (InvalidMessageException e) {
            // Not a trial's business: whoever the record is for says so.
        }
    }
}
