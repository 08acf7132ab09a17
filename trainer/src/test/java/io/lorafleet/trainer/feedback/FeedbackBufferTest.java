// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import static io.lorafleet.trainer.Samples.NOW;
import static io.lorafleet.trainer.Samples.feedback;
import static io.lorafleet.trainer.Samples.withdrawn;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.messages.training.TrainingStarted;
import io.lorafleet.trainer.feedback.FeedbackBuffer.Taken;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FeedbackBufferTest {
    private static final int PARTITION = 3;
    private static final RunThreshold READINESS = new RunThreshold(2, Duration.ofHours(1));

    private final ConsumedOffsets consumed = new ConsumedOffsets();
    private FeedbackBuffer buffer = new FeedbackBuffer(PARTITION, consumed, 0);

    @Test
    void noRunIsDueBelowTheMinimumNumberOfSamples() {
        buffer.take(0, feedback("a", "fast"));
        buffer.take(1, feedback("b", "slow"));
        assertThat(due(NOW)).isEmpty();
        assertThat(buffer.size()).isEqualTo(2);
    }

    @Test
    void runConsumesAllPendingSamplesOfItsAdapter() {
        buffer.take(4, feedback("a", "fast"));
        buffer.take(5, feedback("x", "slow"));
        buffer.take(7, feedback("b", "fast"));
        buffer.take(8, feedback("y", "other"));
        OffsetRange range = due(NOW).orElseThrow();
        assertThat(range.adapter()).isEqualTo("fast");
        assertThat(range.partition()).isEqualTo(PARTITION);
        assertThat(range.fromOffset()).isZero();
        assertThat(range.toOffset()).isEqualTo(8);
        assertThat(range.samples()).extracting(FeedbackGiven::feedbackId).containsExactly("a", "b");
        assertThat(range.inProgress()).isNull();
    }

    @Test
    void runIsDueAtTheMaximumAge() {
        buffer.take(0, feedback("a", "fast"));
        assertThat(due(NOW.plus(Duration.ofMinutes(59)))).isEmpty();
        assertThat(due(NOW.plus(Duration.ofMinutes(60)))).isPresent();
    }

    @Test
    void adapterWithTheOldestSampleComesFirst() {
        buffer.take(0, feedback("a", "late", "", 1, NOW.plusSeconds(1)));
        buffer.take(1, feedback("b", "late", "", 1, NOW.plusSeconds(1)));
        buffer.take(2, feedback("c", "early"));
        buffer.take(3, feedback("d", "early"));
        assertThat(due(NOW).orElseThrow().adapter()).isEqualTo("early");
    }

    @Test
    void repeatedSampleCountsOnce() {
        assertThat(buffer.take(0, feedback("a", "fast"))).isEqualTo(Taken.WAITING);
        assertThat(buffer.take(1, feedback("a", "fast"))).isEqualTo(Taken.REPEATED);
        assertThat(buffer.take(2, feedback("a", "slow"))).isEqualTo(Taken.WAITING);
        assertThat(due(NOW)).isEmpty();
    }

    @Test
    void latestVoteCounts() {
        buffer.take(0, feedback("a", "fast", "a star", 1));
        buffer.take(1, feedback("a", "fast", "a star", -1));
        buffer.take(2, feedback("b", "fast", "a ring", 1));
        assertThat(due(NOW).orElseThrow().samples())
                .extracting(FeedbackGiven::rating)
                .containsExactly(-1.0, 1.0);
    }

    @Test
    void voteThatIsRepeatedFiftyTimesCountsOnce() {
        for (int offset = 0; offset < 50; offset++) {
            buffer.take(offset, vote("m", "mallory"));
        }
        assertThat(buffer.size()).isEqualTo(1);
        assertThat(due(NOW)).isEmpty();
        buffer.take(50, vote("n", "alice"));
        assertThat(due(NOW).orElseThrow().samples()).containsExactly(vote("m", "mallory"), vote("n", "alice"));
    }

    @Test
    void repeatedVoteDoesNotDelayOtherVotes() {
        buffer.take(0, feedback("m", "fast", "", 1, NOW));
        buffer.take(1, feedback("m", "fast", "", -1, NOW.plus(Duration.ofMinutes(59))));
        assertThat(due(NOW.plus(Duration.ofMinutes(60)))).isPresent();
    }

    @Test
    void withdrawalRemovesEarlierVotesOnly() {
        buffer.take(0, vote("m", "mallory"));
        buffer.take(1, vote("a", "alice"));
        assertThat(buffer.take(2, withdrawn("mallory", "fast"))).isEqualTo(Taken.WITHDRAWAL);
        assertThat(buffer.size()).isEqualTo(1);
        assertThat(due(NOW)).isEmpty();
        buffer.take(3, vote("n", "mallory"));
        OffsetRange range = due(NOW).orElseThrow();
        assertThat(range.samples()).containsExactly(vote("a", "alice"), vote("n", "mallory"));
        assertThat(range.withdrawals()).containsExactly(withdrawn("mallory", "fast"));
        assertThat(range.toOffset()).isEqualTo(4);
    }

    @Test
    void withdrawalAppliesToOneAdapterAndOneOwner() {
        buffer.take(0, feedback("a", "fast"));
        buffer.take(1, feedback("b", "fast"));
        buffer.take(2, withdrawn("mallory", "fast"));
        buffer.take(3, withdrawn("mallory", "slow"));
        assertThat(buffer.size()).isEqualTo(2);
    }

    /** Otherwise Kafka would delete the withdrawal, and the withdrawn samples would be replayed. */
    @Test
    void withdrawalWithoutSamplesIsConsumedAtTheMaximumAge() {
        buffer.take(0, vote("m", "mallory"));
        buffer.take(1, withdrawn("mallory", "fast"));
        assertThat(due(NOW.plus(Duration.ofMinutes(59)))).isEmpty();
        OffsetRange range = due(NOW.plus(Duration.ofMinutes(60))).orElseThrow();
        assertThat(range.samples()).isEmpty();
        assertThat(range.toOffset()).isEqualTo(2);
        buffer.forget("fast", 2);
        assertThat(buffer.committable()).isEqualTo(2);
    }

    @Test
    void feedbackAfterTheStartDoesNotChangeARun() {
        begin("fast", 0, 2);
        buffer.take(0, vote("m", "mallory"));
        buffer.take(1, feedback("a", "fast", "a star", 1, "alice", NOW));
        buffer.take(2, feedback("a", "fast", "a star", -1, "alice", NOW));
        buffer.take(3, withdrawn("mallory", "fast"));
        OffsetRange range = due(NOW).orElseThrow();
        assertThat(range.samples())
                .containsExactly(vote("m", "mallory"), feedback("a", "fast", "a star", 1, "alice", NOW));
        assertThat(range.withdrawals()).isEmpty();
        finish("fast", 0, 2);
        buffer.forget("fast", 2);
        assertThat(buffer.committable()).isEqualTo(2);
        assertThat(due(NOW.plus(Duration.ofHours(1))).orElseThrow().withdrawals())
                .containsExactly(withdrawn("mallory", "fast"));
    }

    @Test
    void skipsRecordsOfFinishedRuns() {
        finish("fast", 0, 2);
        assertThat(buffer.take(1, feedback("a", "fast"))).isEqualTo(Taken.CONSUMED);
        assertThat(buffer.take(2, feedback("b", "fast"))).isEqualTo(Taken.WAITING);
        assertThat(buffer.committable()).isEqualTo(2);
    }

    @Test
    void nextRunStartsAtTheEndOfThePreviousOne() {
        buffer.take(0, feedback("a", "fast"));
        buffer.take(1, feedback("b", "fast"));
        finish("fast", 0, 2);
        buffer.forget("fast", 2);
        buffer.take(5, feedback("c", "fast"));
        buffer.take(6, feedback("d", "fast"));
        OffsetRange next = due(NOW).orElseThrow();
        assertThat(next.fromOffset()).isEqualTo(2);
        assertThat(next.toOffset()).isEqualTo(7);
    }

    @Test
    void samplesAfterTheStartOfARunStayPending() {
        buffer.take(0, feedback("a", "fast"));
        buffer.take(1, feedback("b", "fast"));
        buffer.take(2, feedback("c", "fast"));
        buffer.forget("fast", 2);
        assertThat(buffer.size()).isEqualTo(1);
        assertThat(buffer.committable()).isEqualTo(2);
        assertThat(buffer.take(3, feedback("c", "fast"))).isEqualTo(Taken.REPEATED);
        assertThat(buffer.take(4, feedback("a", "fast"))).isEqualTo(Taken.WAITING);
    }

    @Test
    void committableOffsetIsThatOfTheFirstPendingRecord() {
        assertThat(buffer.committable()).isZero();
        buffer.take(0, feedback("a", "fast"));
        buffer.take(1, feedback("x", "slow"));
        buffer.take(2, feedback("b", "fast"));
        buffer.take(3, feedback("c", "fast"));
        assertThat(buffer.committable()).isZero();
        assertThat(buffer.committable("fast", 3)).isEqualTo(1);
        assertThat(buffer.committable("slow", 2)).isZero();
        buffer.forget("slow", 2);
        assertThat(buffer.committable("fast", 3)).isEqualTo(3);
        assertThat(buffer.committable("fast", 4)).isEqualTo(4);
        buffer.advance(9);
        assertThat(buffer.committable("fast", 4)).isEqualTo(9);
    }

    @Test
    void unfinishedRunComesFirstWithItsOffsetRange() {
        Lineage inProgress = begin("fast", 0, 3);
        buffer.take(0, feedback("x", "slow", "", 1, NOW.minusSeconds(9)));
        buffer.take(1, feedback("y", "slow", "", 1, NOW.minusSeconds(9)));
        buffer.take(2, feedback("a", "fast"));
        buffer.take(3, feedback("b", "fast"));
        OffsetRange range = due(NOW).orElseThrow();
        assertThat(range.adapter()).isEqualTo("fast");
        assertThat(range.toOffset()).isEqualTo(3);
        assertThat(range.samples()).extracting(FeedbackGiven::feedbackId).containsExactly("a");
        assertThat(range.inProgress()).isEqualTo(inProgress);
    }

    @Test
    void unfinishedRunIsDueAfterItsSamplesAreRead() {
        begin("fast", 0, 3);
        buffer.take(0, feedback("a", "fast"));
        buffer.take(1, feedback("b", "fast"));
        assertThat(due(NOW)).isEmpty();
        buffer.take(2, feedback("c", "fast"));
        assertThat(due(NOW).orElseThrow().samples()).hasSize(3);
    }

    @Test
    void blockedAdapterDoesNotDelayOthers() {
        begin("broken", 0, 1);
        buffer.take(0, feedback("x", "broken"));
        buffer.take(1, feedback("a", "fast"));
        buffer.take(2, feedback("b", "fast"));
        assertThat(due(NOW).orElseThrow().adapter()).isEqualTo("broken");
        assertThat(buffer.due(READINESS, NOW, name -> !name.equals("broken"))
                        .orElseThrow()
                        .adapter())
                .isEqualTo("fast");
    }

    /** Both runs would start from the same parent, and the second version would not contain the first one's training. */
    @Test
    void noRunIsDueWhileTheAdapterHasARunOnAnotherPartition() {
        Lineage elsewhere = new Lineage(1, PARTITION + 1, 0, 2, 1, 0, "");
        consumed.apply(new TrainingStarted("fast", elsewhere, "t", NOW));
        buffer.take(0, feedback("a", "fast"));
        buffer.take(1, feedback("b", "fast"));
        assertThat(due(NOW)).isEmpty();
        consumed.apply(TrainingFinished.rejected("fast", elsewhere, "", null, NOW));
        assertThat(due(NOW)).isPresent();
    }

    @Test
    void isFullAtTheMaximumNumberOfRecords() {
        buffer.take(0, feedback("a", "fast"));
        assertThat(buffer.isFull(2)).isFalse();
        buffer.take(1, feedback("a", "fast"));
        assertThat(buffer.size()).isEqualTo(1);
        assertThat(buffer.records()).isEqualTo(2);
        assertThat(buffer.isFull(2)).isTrue();
    }

    /** Otherwise, the run would never become due, and the buffer would never become empty. */
    @Test
    void isNotFullBeforeAnUnfinishedRunHasAllItsRecords() {
        begin("fast", 0, 3);
        buffer.take(0, feedback("a", "fast"));
        buffer.take(1, feedback("b", "fast"));
        assertThat(buffer.isFull(1)).isFalse();
        buffer.take(2, feedback("c", "fast"));
        assertThat(buffer.isFull(1)).isTrue();
    }

    /** A run keeps its samples after its start, with any sequence of votes and withdrawals. */
    @Test
    void everyTrainerGetsTheSameSamplesForARun() {
        Random random = new Random(1);
        for (int canary = 0; canary < 200; canary++) {
            List<FeedbackEvent> events =
                    Stream.generate(() -> anything(random)).limit(40).toList();
            int settled = 1 + random.nextInt(events.size());
            ConsumedOffsets known = new ConsumedOffsets();
            OffsetRange first = whole(events.subList(0, settled), known);
            known.apply(new TrainingStarted("fast", lineage(first.fromOffset(), first.toOffset()), "t", NOW));
            OffsetRange again = whole(events, known);
            assertThat(again.toOffset()).isEqualTo(settled);
            assertThat(again.samples()).isEqualTo(first.samples()).doesNotHaveDuplicates();
            assertThat(again.withdrawals()).isEqualTo(first.withdrawals());
        }
    }

    private static FeedbackEvent anything(Random random) {
        String owner = "owner" + random.nextInt(3);
        String id = owner + "-" + random.nextInt(5);
        return random.nextInt(6) == 0
                ? withdrawn(owner, "fast")
                : feedback(id, "fast", "a star", random.nextInt(3) - 1, owner, NOW);
    }

    private static OffsetRange whole(List<FeedbackEvent> events, ConsumedOffsets consumed) {
        FeedbackBuffer buffer = new FeedbackBuffer(PARTITION, consumed, 0);
        for (int offset = 0; offset < events.size(); offset++) {
            buffer.take(offset, events.get(offset));
        }
        return buffer.due(new RunThreshold(0, Duration.ZERO), NOW, name -> true).orElseThrow();
    }

    /** Every sample is in exactly one offset range, with any order of records and any restarts. */
    @Test
    void offsetRangesCoverThePartitionOverAnyNumberOfRestarts() {
        Random random = new Random(1);
        for (int canary = 0; canary < 200; canary++) {
            Trial each = new Trial(random);
            each.run();
        }
    }

    /** A partition of 60 samples of three adapters, with random restarts of the trainer. */
    private static final class Trial {
        private static final int END = 60;
        private final Random random;
        private final String[] adapters = new String[END];
        private final int[] taken = new int[END];
        private final ConsumedOffsets consumed = new ConsumedOffsets();
        private long committed;

        Trial(Random random) {
            this.random = random;
            for (int i = 0; i < END; i++) {
                adapters[i] = "adapter" + random.nextInt(3);
            }
        }

        void run() {
            while (committed < END) {
                FeedbackBuffer buffer = new FeedbackBuffer(PARTITION, consumed, committed);
                int stop = random.nextInt(END) + 1;
                for (long offset = committed; offset < Math.max(stop, committed); offset++) {
                    buffer.take(offset, feedback("f" + offset, adapters[(int) offset]));
                    if (random.nextInt(4) == 0) {
                        makeRuns(buffer, READINESS);
                    }
                }
                if (stop == END) {
                    makeRuns(buffer, new RunThreshold(1, Duration.ZERO));
                }
                committed = Math.max(committed, buffer.committable());
            }
            assertThat(taken).containsOnly(1);
        }

        private void makeRuns(FeedbackBuffer buffer, RunThreshold readiness) {
            for (var due = buffer.due(readiness, NOW, name -> true);
                    due.isPresent();
                    due = buffer.due(readiness, NOW, name -> true)) {
                OffsetRange range = due.get();
                Lineage lineage = lineage(range.fromOffset(), range.toOffset());
                consumed.apply(new TrainingStarted(range.adapter(), lineage, "t", NOW));
                if (random.nextInt(3) == 0) {
                    return; // cancelled, and resumed later
                }
                assertThat(range.fromOffset()).isEqualTo(consumed.consumedTo(range.adapter(), PARTITION));
                committed = buffer.committable(range.adapter(), range.toOffset());
                consumed.apply(TrainingFinished.rejected(range.adapter(), lineage, "", null, NOW));
                buffer.forget(range.adapter(), range.toOffset());
                range.samples()
                        .forEach(sample ->
                                taken[Integer.parseInt(sample.feedbackId().substring(1))]++);
            }
        }
    }

    private static FeedbackGiven vote(String id, String owner) {
        return feedback(id, "fast", "a star", 1, owner, NOW);
    }

    private Optional<OffsetRange> due(Instant now) {
        return buffer.due(READINESS, now, name -> true);
    }

    private Lineage begin(String adapter, long from, long to) {
        Lineage lineage = lineage(from, to);
        consumed.apply(new TrainingStarted(adapter, lineage, "t", NOW));
        return lineage;
    }

    private void finish(String adapter, long from, long to) {
        consumed.apply(TrainingFinished.rejected(adapter, lineage(from, to), "", null, NOW));
    }

    private static Lineage lineage(long from, long to) {
        return new Lineage(1, PARTITION, from, to, 1, 0, "");
    }
}
