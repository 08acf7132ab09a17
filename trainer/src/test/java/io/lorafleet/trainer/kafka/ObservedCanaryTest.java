// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ObservedCanaryTest {
    private static final TopicPartition RESULTS = new TopicPartition("generations.results", 0);
    private static final TopicPartition FEEDBACK = new TopicPartition("feedback.samples", 0);
    private static final long DEADLINE = 100;

    private final ObservedCanary canary =
            new ObservedCanary(null, Map.of(RESULTS, 2L, FEEDBACK, 7L), Map.of(RESULTS, 5L, FEEDBACK, 7L), DEADLINE);

    /** A verdict before this point would ignore results and ratings. */
    @Test
    void isReadWhenEveryPartitionIsReadToItsEnd() {
        canary.advance(RESULTS, 4);
        assertThat(canary.isRead(0)).isFalse();
        canary.advance(RESULTS, 5);
        assertThat(canary.isRead(0)).isTrue();
    }

    @Test
    void isReadAtTheDeadline() {
        assertThat(canary.isRead(DEADLINE - 1)).isFalse();
        assertThat(canary.isRead(DEADLINE)).isTrue();
    }

    @Test
    void neverReadsARecordTwice() {
        canary.advance(RESULTS, 5);
        canary.advance(RESULTS, 3); // another canary starts at an earlier record
        assertThat(canary.next(RESULTS)).isEqualTo(5);
    }

    @Test
    void readsAnAddedPartitionFromItsStart() {
        TopicPartition added = new TopicPartition("generations.results", 1);
        assertThat(canary.next(added)).isZero();
        canary.advance(added, 3);
        assertThat(canary.next(added)).isEqualTo(3);
    }
}
