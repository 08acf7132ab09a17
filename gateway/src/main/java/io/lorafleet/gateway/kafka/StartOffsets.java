// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.messages.Topic;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The offsets at which a gateway begins to read when it starts:
 *
 * <ul>
 *   <li>requests are read from their low-water marks, so that the gateway knows all unfinished requests;
 *   <li>requests, results and progress are also read from the time of the oldest generation that it will remember;
 *   <li>cancellations are read from the time of the oldest request that is read;
 *   <li>all other topics, and partitions without a low-water mark, are read from their beginning.
 * </ul>
 *
 * <p>The startup time therefore depends on the number of unfinished requests and remembered generations, not on the
 * length of the topics. A result that is older than the oldest remembered generation is not read. If the request of
 * such a result is read, {@link DroppedRequests} finds the result in the blob store.
 */
@Singleton
final class StartOffsets {
    /** Allows for differences between the clocks of gateways and workers. */
    private static final long TOLERANCE_MS = Duration.ofMinutes(1).toMillis();

    private final RecordReader reader;
    private final LowWaterMarks marks;
    private final String prefix;
    private final Set<String> eventTopics;
    private final String controlTopic;
    private final int remembered;
    private @Nullable Plan plan;

    /**
     * @param requests start offsets of the partitions with requests
     * @param eventsSince time of the oldest results and progress to read, in ms since 1970; {@link Long#MIN_VALUE} to
     *     read all
     * @param controlSince time of the oldest cancellations to read, in the same unit
     */
    private record Plan(Map<TopicPartition, Long> requests, long eventsSince, long controlSince) {
        static final Plan EVERYTHING = new Plan(Map.of(), Long.MIN_VALUE, Long.MIN_VALUE);
    }

    StartOffsets(RecordReader reader, LowWaterMarks marks, GatewayConfig config) {
        this.reader = reader;
        this.marks = marks;
        this.prefix = config.topicPrefix().orElse("");
        this.eventTopics = Set.of(Topic.RESULTS.in(prefix), Topic.PROGRESS.in(prefix));
        this.controlTopic = Topic.CONTROL.in(prefix);
        this.remembered = config.rememberedGenerations();
    }

    /** @return the start offsets of partitions of any of the gateway's topics */
    Map<TopicPartition, Long> of(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        Plan current = plan();
        Map<TopicPartition, Long> starts = new HashMap<>(consumer.beginningOffsets(partitions));
        partitions.forEach(
                partition -> starts.merge(partition, current.requests().getOrDefault(partition, 0L), Math::max));
        starts.putAll(since(current.eventsSince(), consumer, in(eventTopics, partitions)));
        starts.putAll(since(current.controlSince(), consumer, in(Set.of(controlTopic), partitions)));
        return starts;
    }

    /** @return whether this gateway may not have read the result of a request with this timestamp */
    boolean mayLackResult(long timestamp) {
        return timestamp < plan().eventsSince();
    }

    private static List<TopicPartition> in(Set<String> topics, Collection<TopicPartition> partitions) {
        return partitions.stream()
                .filter(partition -> topics.contains(partition.topic()))
                .toList();
    }

    /** @return the offsets of the first records at or after this time; the ends of partitions without such a record */
    private static Map<TopicPartition, Long> since(
            long time, Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        if (time == Long.MIN_VALUE || partitions.isEmpty()) {
            return Map.of();
        }
        // Get the end offsets first, so that a record written in the meantime is not skipped.
        Map<TopicPartition, Long> starts = new HashMap<>(consumer.endOffsets(partitions));
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(
                partitions.stream().collect(Collectors.toMap(partition -> partition, partition -> time)));
        found.forEach((partition, first) -> {
            if (first != null) {
                starts.put(partition, first.offset());
            }
        });
        return starts;
    }

    /** All consumers of the gateway use the same plan. */
    private synchronized Plan plan() {
        if (plan == null) {
            try (Consumer<String, byte[]> consumer = reader.open()) {
                plan = plan(consumer, marks.read());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new org.apache.kafka.common.errors.InterruptException(e);
            } catch (TimeoutException e) {
                throw new org.apache.kafka.common.errors.TimeoutException(e);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e);
            }
        }
        return plan;
    }

    private Plan plan(Consumer<String, byte[]> consumer, Map<TopicPartition, Long> low) {
        List<TopicPartition> partitions = consumer.listTopics().entrySet().stream()
                .filter(topic -> Topic.poolOf(prefix, topic.getKey()).isPresent())
                .flatMap(topic -> topic.getValue().stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions); // otherwise the client warns
        Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
        List<TopicPartition> filled = partitions.stream()
                .filter(partition -> offset(first, partition) < offset(end, partition))
                .toList();
        if (filled.isEmpty() || !low.keySet().containsAll(filled)) {
            return Plan.EVERYTHING;
        }
        Map<TopicPartition, Long> recent = new HashMap<>();
        for (TopicPartition partition : filled) {
            long siblings = partitions.stream()
                    .filter(each -> each.topic().equals(partition.topic()))
                    .count();
            long share = (remembered + siblings - 1) / siblings;
            recent.put(partition, Math.max(offset(first, partition), offset(end, partition) - share));
        }
        long recentTime = oldestRemembered(RecordReader.read(consumer, recent)) - TOLERANCE_MS;
        Map<TopicPartition, Long> starts = new HashMap<>(since(recentTime, consumer, filled));
        starts.replaceAll(
                (partition, start) -> Math.max(offset(first, partition), Math.min(start, offset(low, partition))));
        Map<TopicPartition, Long> read = starts.entrySet().stream()
                .filter(start -> start.getValue() < offset(end, start.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        long oldest =
                times(RecordReader.read(consumer, read)).min(Long::compare).orElse(recentTime);
        return new Plan(starts, recentTime, Math.min(recentTime, oldest - TOLERANCE_MS));
    }

    /**
     * Each request topic alone contains enough requests since the time of its oldest record in {@code recent}, so the
     * later of these times is used.
     */
    private long oldestRemembered(Map<TopicPartition, ConsumerRecord<String, byte[]>> recent) {
        return recent.values().stream()
                .collect(Collectors.groupingBy(
                        ConsumerRecord::topic,
                        Collectors.mapping(ConsumerRecord::timestamp, Collectors.minBy(Long::compare))))
                .values()
                .stream()
                .flatMap(Optional::stream)
                .max(Long::compare)
                .orElse(Long.MIN_VALUE + TOLERANCE_MS);
    }

    private static Stream<Long> times(Map<TopicPartition, ConsumerRecord<String, byte[]>> records) {
        return times(records.values().stream());
    }

    private static Stream<Long> times(Stream<ConsumerRecord<String, byte[]>> records) {
        return records.map(ConsumerRecord::timestamp);
    }

    private static long offset(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        return offsets.getOrDefault(partition, 0L);
    }
}
