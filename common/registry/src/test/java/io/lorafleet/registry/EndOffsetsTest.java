// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class EndOffsetsTest {
    private static final TopicPartition SHORT = new TopicPartition("adapters", 0);
    private static final TopicPartition LONG = new TopicPartition("adapters", 1);

    private final EndOffsets ends = new EndOffsets();

    @Test
    void areReachedInEveryPartition() {
        ends.add(Map.of(SHORT, 2L, LONG, 9L));
        assertThat(ends.areReached(Map.of(SHORT, 2L, LONG, 8L))).isFalse();
        assertThat(ends.areReached(Map.of(SHORT, 2L, LONG, 9L))).isTrue();
        assertThat(ends.areReached(Map.of(SHORT, 3L))).isTrue();
    }

    @Test
    void areNotReachedWhileTheyAreUnknown() {
        assertThat(ends.areReached(Map.of(SHORT, 9L))).isFalse();
        ends.add(Map.of(SHORT, 0L));
        assertThat(ends.areReached(Map.of())).as("without positions").isFalse();
        assertThat(ends.areReached(Map.of(SHORT, 0L))).isTrue();
        assertThat(ends.areReached(Map.of(SHORT, 0L, LONG, 9L))).isFalse();
    }

    @Test
    void separateOldFromNewRecords() {
        ends.add(Map.of(SHORT, 2L));
        assertThat(ends.areReached(SHORT, 1)).isFalse();
        assertThat(ends.areReached(SHORT, 2)).isTrue();
        assertThat(ends.areReached(LONG, 2)).isFalse();
    }

    @Test
    void keepTheFirstEndOfAPartition() {
        ends.add(Map.of(SHORT, 2L));
        ends.add(Map.of(SHORT, 5L, LONG, 1L));
        assertThat(ends.areReached(Map.of(SHORT, 2L, LONG, 1L))).isTrue();
    }
}
