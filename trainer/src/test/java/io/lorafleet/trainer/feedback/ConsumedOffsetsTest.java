// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import static io.lorafleet.trainer.Samples.NOW;
import static io.lorafleet.trainer.Samples.SHA;
import static io.lorafleet.trainer.Samples.lineage;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.messages.training.TrainingStarted;
import org.junit.jupiter.api.Test;

class ConsumedOffsetsTest {
    private final ConsumedOffsets consumed = new ConsumedOffsets();

    @Test
    void adapterWithoutRunsHasNoConsumedOffsets() {
        assertThat(consumed.consumedTo("fast", 0)).isZero();
        assertThat(consumed.inProgress("fast", 0)).isEmpty();
    }

    @Test
    void finishedRunConsumesItsOffsetRange() {
        started(lineage(0, 5));
        finished(lineage(0, 5));
        assertThat(consumed.consumedTo("fast", 0)).isEqualTo(5);
        assertThat(consumed.consumedTo("fast", 1)).isZero();
        assertThat(consumed.consumedTo("slow", 0)).isZero();
        assertThat(consumed.inProgress("fast", 0)).isEmpty();
    }

    @Test
    void versionKeepsItsOffsetRangeAfterItsEventIsDeleted() {
        version(lineage(0, 5));
        assertThat(consumed.consumedTo("fast", 0)).isEqualTo(5);
    }

    @Test
    void firstStartOfAnOffsetRangeCounts() {
        started(lineage(0, 5));
        started(lineage(0, 9)); // by a trainer that had lost the partition
        assertThat(consumed.inProgress("fast", 0)).contains(lineage(0, 5));
    }

    @Test
    void startThatDoesNotFollowTheConsumedOffsetIsIgnored() {
        finished(lineage(0, 5));
        started(lineage(0, 9));
        started(lineage(3, 9));
        assertThat(consumed.inProgress("fast", 0)).isEmpty();
        started(lineage(5, 9));
        assertThat(consumed.inProgress("fast", 0)).contains(lineage(5, 9));
    }

    @Test
    void repeatedRecordsHaveNoEffect() {
        finished(lineage(0, 5));
        finished(lineage(5, 9));
        started(lineage(9, 12));
        finished(lineage(0, 5));
        assertThat(consumed.consumedTo("fast", 0)).isEqualTo(9);
        assertThat(consumed.inProgress("fast", 0)).contains(lineage(9, 12));
    }

    /** After partitions were added, an adapter can have feedback in two partitions. */
    @Test
    void anAdapterHasOneRunInProgress() {
        Lineage moved = new Lineage(1, 2, 0, 4, 2, 42, "plan");
        started(lineage(0, 5));
        started(moved); // has no effect
        assertThat(consumed.isBusyElsewhere("fast", 2)).isTrue();
        assertThat(consumed.isBusyElsewhere("fast", 0)).isFalse();
        assertThat(consumed.inProgress("fast", 2)).isEmpty();
        finished(lineage(0, 5));
        assertThat(consumed.isBusyElsewhere("fast", 2)).isFalse();
        started(moved);
        assertThat(consumed.inProgress("fast", 2)).contains(moved);
        assertThat(consumed.isBusyElsewhere("fast", 0)).isTrue();
    }

    /** A trainer may read the version before or after the event of an earlier run. */
    @Test
    void theOrderOfVersionsAndEventsDoesNotMatter() {
        Lineage moved = new Lineage(1, 2, 0, 4, 2, 42, "plan");
        version(lineage(0, 5));
        started(lineage(0, 5));
        started(moved); // has no effect
        finished(lineage(0, 5));
        assertThat(consumed.inProgress("fast", 2)).isEmpty();
        assertThat(consumed.inProgress("fast", 0)).isEmpty();
    }

    /** Otherwise, a trainer that has read the version but not yet the end of its run would repeat the run. */
    @Test
    void aRunWithAVersionIsNotInProgress() {
        started(lineage(0, 5));
        version(lineage(0, 5));
        assertThat(consumed.inProgress("fast", 0)).isEmpty();
        assertThat(consumed.isBusyElsewhere("fast", 1)).isFalse();
    }

    private void version(Lineage lineage) {
        consumed.apply(new AdapterVersion(
                "fast",
                2,
                SHA,
                10,
                4,
                null,
                AdapterVersion.Kind.STUDENT,
                5.0,
                NOW,
                null,
                lineage,
                null,
                null,
                null,
                null));
    }

    private void started(Lineage lineage) {
        consumed.apply(new TrainingStarted("fast", lineage, "t1", NOW));
    }

    private void finished(Lineage lineage) {
        consumed.apply(TrainingFinished.rejected("fast", lineage, "", null, NOW));
    }
}
