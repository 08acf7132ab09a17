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
 * A lease on one record of a share group. The broker locks a delivered record for a limited time. The lease can be
 * renewed, but if the lock has expired, another consumer may already hold the record.
 */
final class ShareLease {
    /** The broker's default, used until the consumer has received the configured value. */
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

    /** @return the time between two renewals: a third of the lock duration, so that one renewal may fail */
    Duration renewalInterval() {
        return consumer.acquisitionLockTimeoutMs()
                .map(Duration::ofMillis)
                .orElse(DEFAULT_LOCK)
                .dividedBy(3);
    }

    /**
     * Renews the lock.
     *
     * @return whether this worker holds the record for another lock duration. Also true if another worker has finished
     *     the record, because the broker accepts any acknowledgement of a finished record. In this case, both workers
     *     publish the same result: the one in the first manifest
     * @throws KafkaException if the consumer fails; the record's state is then unknown
     */
    boolean renew() {
        if (!acknowledge(AcknowledgeType.RENEW)) {
            return false;
        }
        for (ConsumerRecord<byte[], byte[]> again : consumer.poll(Duration.ZERO)) {
            if (again.partition() == record.partition() && again.offset() == record.offset()) {
                record = again; // the next acknowledgement must refer to this delivery
                return true;
            }
        }
        return false;
    }

    /**
     * @return whether the broker accepted the acknowledgement. The broker may accept an acknowledgement even if the
     *     lock has already been lost
     */
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
