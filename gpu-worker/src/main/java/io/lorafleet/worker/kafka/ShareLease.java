// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;

/**
 * A hold on one record of a share group. The broker lends a record for the time of a lock; whoever works longer renews
 * it, and may find that it has passed on to somebody else.
 */
final class ShareLease {
    /** The broker's default, until the consumer has heard what it really is. */
    private static final Duration DEFAULT_LOCK = Duration.ofSeconds(30);

    private final KafkaShareConsumer<byte[], byte[]> consumer;
    private ConsumerRecord<byte[], byte[]> record;

    ShareLease(KafkaShareConsumer<byte[], byte[]> consumer, ConsumerRecord<byte[], byte[]> record) {
        this.consumer = consumer;
        this.record = record;
    }

    ConsumerRecord<byte[], byte[]> record() {
        return record;
    }

    /** @return how long to wait between two renewals: a third of the lock, so that one may fail */
    Duration renewalInterval() {
        return consumer.acquisitionLockTimeoutMs()
                .map(Duration::ofMillis)
                .orElse(DEFAULT_LOCK)
                .dividedBy(3);
    }

    /**
     * @return whether this worker holds the record for another lock duration. Also true if another worker has finished it,
     *     because the broker accepts any acknowledgement of a finished record. Both then send the same result: the first
     *     manifest counts.
     */
    boolean renew() {
        if (!acknowledge(AcknowledgeType.RENEW)) {
            return false;
        }
        for (ConsumerRecord<byte[], byte[]> again : consumer.poll(Duration.ZERO)) {
            if (again.partition() == record.partition() && again.offset() == record.offset()) {
                record = again; // the one that the next acknowledgement must name
                return true;
            }
        }
        return false;
    }

    /** @return whether the broker took the acknowledgement, which proves nothing: the lock may have passed on before */
    boolean acknowledge(AcknowledgeType type) {
        try {
            consumer.acknowledge(record, type);
            Map<TopicIdPartition, Optional<KafkaException>> results = consumer.commitSync();
            return results.values().stream().allMatch(Optional::isEmpty);
        } catch (KafkaException | IllegalStateException e) {
            return false;
        }
    }
}
