// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.messages.Topic;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * For each partition, the offset up to which this process has folded the records. When a consumer is assigned its
 * partitions again, it continues at this offset. Thread-safe.
 */
@Singleton
final class FoldedOffsets {
    private final String prefix;
    private final Map<TopicPartition, Long> next = new ConcurrentHashMap<>();

    @Inject
    FoldedOffsets(GatewayConfig config) {
        this(config.topicPrefix().orElse(""));
    }

    FoldedOffsets(String prefix) {
        this.prefix = prefix;
    }

    void startAt(TopicPartition partition, long offset) {
        next.put(partition, offset);
    }

    void folded(ConsumerRecord<?, ?> record) {
        next.merge(new TopicPartition(record.topic(), record.partition()), record.offset() + 1, Math::max);
    }

    /** @return whether the record at this offset has been folded, or did not have to be */
    boolean include(TopicPartition partition, long offset) {
        return next.getOrDefault(partition, 0L) > offset;
    }

    /** @return the offset of the first record that has not been folded; null if the partition is new */
    @Nullable
    Long of(TopicPartition partition) {
        return next.get(partition);
    }

    /** @return the offsets of the partitions of the request topics */
    Map<TopicPartition, Long> ofRequests() {
        Map<TopicPartition, Long> requests = new HashMap<>(next);
        requests.keySet()
                .removeIf(partition -> Topic.poolOf(prefix, partition.topic()).isEmpty());
        return requests;
    }
}
