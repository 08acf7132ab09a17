// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The end offsets of partitions at a point in time, with a check of whether a consumer has read the records before
 * them. The check compares positions instead of looking for the last record, because a partition can end with a
 * transaction marker. Thread-safe.
 */
public final class EndOffsets {
    private final Map<TopicPartition, Long> ends = new ConcurrentHashMap<>();

    /** Adds partitions. A partition that has already been added keeps its first end offset. */
    public void add(Map<TopicPartition, Long> endOffsets) {
        endOffsets.forEach(ends::putIfAbsent);
    }

    /** Adds partitions. A partition that was added before gets the new end offset. */
    public void replace(Map<TopicPartition, Long> endOffsets) {
        ends.putAll(endOffsets);
    }

    /** @return whether the offset is at or after the partition's end; false if the end is unknown */
    public boolean areReached(TopicPartition partition, long offset) {
        return offset >= ends.getOrDefault(partition, Long.MAX_VALUE);
    }

    /** @return whether every position is at or past its end offset; false if there are no positions */
    public boolean areReached(Map<TopicPartition, Long> positions) {
        return !positions.isEmpty()
                && positions.entrySet().stream().allMatch(each -> areReached(each.getKey(), each.getValue()));
    }

    /** @return whether the positions of all assigned partitions are at or after the ends */
    public boolean areReached(Consumer<?, ?> consumer) {
        Map<TopicPartition, Long> positions =
                consumer.assignment().stream().collect(Collectors.toMap(each -> each, consumer::position));
        return areReached(positions);
    }
}
