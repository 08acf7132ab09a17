// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.trainer.canary.CanaryAnalysis;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** An open canary, and the next record that it needs from each partition. */
final class ObservedCanary {
    private final CanaryAnalysis analysis;
    private final Map<TopicPartition, Long> next;
    private final Map<TopicPartition, Long> ends;
    private final long deadline;

    /**
     * @param next first offset that the canary needs in each partition
     * @param ends end offsets at the start of the observation
     * @param deadline time, in nanoseconds, after which {@link #isRead} is true even before the ends are reached
     */
    ObservedCanary(
            CanaryAnalysis analysis, Map<TopicPartition, Long> next, Map<TopicPartition, Long> ends, long deadline) {
        this.analysis = analysis;
        this.next = new HashMap<>(next);
        this.ends = Map.copyOf(ends);
        this.deadline = deadline;
    }

    CanaryAnalysis analysis() {
        return analysis;
    }

    /** @return the offset of the next record that the canary needs; 0 for a partition that was added later */
    long next(TopicPartition partition) {
        return next.getOrDefault(partition, 0L);
    }

    /** All records before this offset have been read. */
    void advance(TopicPartition partition, long position) {
        next.merge(partition, position, Math::max);
    }

    boolean isRead(long now) {
        return now - deadline >= 0 || ends.entrySet().stream().allMatch(end -> next(end.getKey()) >= end.getValue());
    }
}
