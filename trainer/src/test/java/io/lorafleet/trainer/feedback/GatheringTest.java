// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import static io.lorafleet.trainer.Samples.NOW;
import static io.lorafleet.trainer.Samples.feedback;
import static io.lorafleet.trainer.Samples.withdrawn;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.FeedbackEvent;
import io.lorafleet.messages.FeedbackGiven;
import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.TrainingFinished;
import io.lorafleet.messages.TrainingStarted;
import io.lorafleet.trainer.feedback.Gathering.Taken;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GatheringTest {
    private static final int PARTITION = 3;
    private static final Readiness READINESS = new Readiness(2, Duration.ofHours(1));

    private final Ledger ledger = new Ledger();
    private Gathering gathering = new Gathering(PARTITION, ledger, 0);

    @Test
    void nothingIsDueBeforeEnoughSamplesAreThere() {
        gathering.take(0, feedback("a", "fast"));
        gathering.take(1, feedback("b", "slow"));
        assertThat(due(NOW)).isEmpty();
        assertThat(gathering.size()).isEqualTo(2);
    }

    @Test
    void aRunTakesAllThatItsAdapterHas() {
        gathering.take(4, feedback("a", "fast"));
        gathering.take(5, feedback("x", "slow"));
        gathering.take(7, feedback("b", "fast"));
        gathering.take(8, feedback("y", "other"));
        Stretch stretch = due(NOW).orElseThrow();
        assertThat(stretch.adapter()).isEqualTo("fast");
        assertThat(stretch.partition()).isEqualTo(PARTITION);
        assertThat(stretch.fromOffset()).isZero();
        assertThat(stretch.toOffset()).isEqualTo(8);
        assertThat(stretch.samples()).extracting(FeedbackGiven::feedbackId).containsExactly("a", "b");
        assertThat(stretch.begun()).isNull();
    }

    @Test
    void anOldSampleDoesNotWaitForMore() {
        gathering.take(0, feedback("a", "fast"));
        assertThat(due(NOW.plus(Duration.ofMinutes(59)))).isEmpty();
        assertThat(due(NOW.plus(Duration.ofMinutes(60)))).isPresent();
    }

    @Test
    void theAdapterWhoseSamplesWaitLongestComesFirst() {
        gathering.take(0, feedback("a", "late", "", 1, NOW.plusSeconds(1)));
        gathering.take(1, feedback("b", "late", "", 1, NOW.plusSeconds(1)));
        gathering.take(2, feedback("c", "early"));
        gathering.take(3, feedback("d", "early"));
        assertThat(due(NOW).orElseThrow().adapter()).isEqualTo("early");
    }

    @Test
    void aRepeatedSampleCountsOnceForItsAdapter() {
        assertThat(gathering.take(0, feedback("a", "fast"))).isEqualTo(Taken.WAITING);
        assertThat(gathering.take(1, feedback("a", "fast"))).isEqualTo(Taken.REPEATED);
        assertThat(gathering.take(2, feedback("a", "slow"))).isEqualTo(Taken.WAITING);
        assertThat(due(NOW)).isEmpty();
    }

    @Test
    void theLatestVoteStands() {
        gathering.take(0, feedback("a", "fast", "a star", 1));
        gathering.take(1, feedback("a", "fast", "a star", -1));
        gathering.take(2, feedback("b", "fast", "a ring", 1));
        assertThat(due(NOW).orElseThrow().samples())
                .extracting(FeedbackGiven::rating)
                .containsExactly(-1.0, 1.0);
    }

    @Test
    void aVoteThatIsGivenFiftyTimesCountsOnce() {
        for (int offset = 0; offset < 50; offset++) {
            gathering.take(offset, vote("m", "mallory"));
        }
        assertThat(gathering.size()).isEqualTo(1);
        assertThat(due(NOW)).isEmpty();
        gathering.take(50, vote("n", "alice"));
        assertThat(due(NOW).orElseThrow().samples()).containsExactly(vote("m", "mallory"), vote("n", "alice"));
    }

    @Test
    void givingAVoteAgainHoldsUpNobody() {
        gathering.take(0, feedback("m", "fast", "", 1, NOW));
        gathering.take(1, feedback("m", "fast", "", -1, NOW.plus(Duration.ofMinutes(59))));
        assertThat(due(NOW.plus(Duration.ofMinutes(60)))).isPresent();
    }

    @Test
    void whatIsWithdrawnIsNoSampleAndWhatComesAfterwardsIs() {
        gathering.take(0, vote("m", "mallory"));
        gathering.take(1, vote("a", "alice"));
        assertThat(gathering.take(2, withdrawn("mallory", "fast"))).isEqualTo(Taken.WITHDRAWAL);
        assertThat(gathering.size()).isEqualTo(1);
        assertThat(due(NOW)).isEmpty();
        gathering.take(3, vote("n", "mallory"));
        Stretch stretch = due(NOW).orElseThrow();
        assertThat(stretch.samples()).containsExactly(vote("a", "alice"), vote("n", "mallory"));
        assertThat(stretch.withdrawals()).containsExactly(withdrawn("mallory", "fast"));
        assertThat(stretch.toOffset()).isEqualTo(4);
    }

    @Test
    void aWithdrawalConcernsNoOtherAdapterAndNobodyWithoutAName() {
        gathering.take(0, feedback("a", "fast"));
        gathering.take(1, feedback("b", "fast"));
        gathering.take(2, withdrawn("mallory", "fast"));
        gathering.take(3, withdrawn("mallory", "slow"));
        assertThat(gathering.size()).isEqualTo(2);
    }

    /** Else Kafka would forget it, and what it takes back would be drawn again. */
    @Test
    void aWithdrawalThatNothingFollowsIsConsumedWhenItIsOld() {
        gathering.take(0, vote("m", "mallory"));
        gathering.take(1, withdrawn("mallory", "fast"));
        assertThat(due(NOW.plus(Duration.ofMinutes(59)))).isEmpty();
        Stretch stretch = due(NOW.plus(Duration.ofMinutes(60))).orElseThrow();
        assertThat(stretch.samples()).isEmpty();
        assertThat(stretch.toOffset()).isEqualTo(2);
        gathering.forget("fast", 2);
        assertThat(gathering.committable()).isEqualTo(2);
    }

    @Test
    void whatIsSaidAfterARunBeganChangesNothingOfIt() {
        begin("fast", 0, 2);
        gathering.take(0, vote("m", "mallory"));
        gathering.take(1, feedback("a", "fast", "a star", 1, "alice", NOW));
        gathering.take(2, feedback("a", "fast", "a star", -1, "alice", NOW));
        gathering.take(3, withdrawn("mallory", "fast"));
        Stretch stretch = due(NOW).orElseThrow();
        assertThat(stretch.samples())
                .containsExactly(vote("m", "mallory"), feedback("a", "fast", "a star", 1, "alice", NOW));
        assertThat(stretch.withdrawals()).isEmpty();
        finish("fast", 0, 2);
        gathering.forget("fast", 2);
        assertThat(gathering.committable()).isEqualTo(2);
        assertThat(due(NOW.plus(Duration.ofHours(1))).orElseThrow().withdrawals())
                .containsExactly(withdrawn("mallory", "fast"));
    }

    @Test
    void whatAFinishedRunHasConsumedIsPassedOver() {
        finish("fast", 0, 2);
        assertThat(gathering.take(1, feedback("a", "fast"))).isEqualTo(Taken.CONSUMED);
        assertThat(gathering.take(2, feedback("b", "fast"))).isEqualTo(Taken.WAITING);
        assertThat(gathering.committable()).isEqualTo(2);
    }

    @Test
    void theNextRunBeginsWhereTheOneBeforeEnded() {
        gathering.take(0, feedback("a", "fast"));
        gathering.take(1, feedback("b", "fast"));
        finish("fast", 0, 2);
        gathering.forget("fast", 2);
        gathering.take(5, feedback("c", "fast"));
        gathering.take(6, feedback("d", "fast"));
        Stretch next = due(NOW).orElseThrow();
        assertThat(next.fromOffset()).isEqualTo(2);
        assertThat(next.toOffset()).isEqualTo(7);
    }

    @Test
    void whatCameWhileARunWasMadeIsLeftForTheNext() {
        gathering.take(0, feedback("a", "fast"));
        gathering.take(1, feedback("b", "fast"));
        gathering.take(2, feedback("c", "fast"));
        gathering.forget("fast", 2);
        assertThat(gathering.size()).isEqualTo(1);
        assertThat(gathering.committable()).isEqualTo(2);
        assertThat(gathering.take(3, feedback("c", "fast"))).isEqualTo(Taken.REPEATED);
        assertThat(gathering.take(4, feedback("a", "fast"))).isEqualTo(Taken.WAITING);
    }

    @Test
    void whatIsCommittedIsTheFirstThatSomebodyStillNeeds() {
        assertThat(gathering.committable()).isZero();
        gathering.take(0, feedback("a", "fast"));
        gathering.take(1, feedback("x", "slow"));
        gathering.take(2, feedback("b", "fast"));
        gathering.take(3, feedback("c", "fast"));
        assertThat(gathering.committable()).isZero();
        assertThat(gathering.committable("fast", 3)).isEqualTo(1);
        assertThat(gathering.committable("slow", 2)).isZero();
        gathering.forget("slow", 2);
        assertThat(gathering.committable("fast", 3)).isEqualTo(3);
        assertThat(gathering.committable("fast", 4)).isEqualTo(4);
        gathering.advance(9);
        assertThat(gathering.committable("fast", 4)).isEqualTo(9);
    }

    @Test
    void anUnfinishedRunIsTakenUpExactlyAndBeforeAllOthers() {
        Lineage begun = begin("fast", 0, 3);
        gathering.take(0, feedback("x", "slow", "", 1, NOW.minusSeconds(9)));
        gathering.take(1, feedback("y", "slow", "", 1, NOW.minusSeconds(9)));
        gathering.take(2, feedback("a", "fast"));
        gathering.take(3, feedback("b", "fast"));
        Stretch stretch = due(NOW).orElseThrow();
        assertThat(stretch.adapter()).isEqualTo("fast");
        assertThat(stretch.toOffset()).isEqualTo(3);
        assertThat(stretch.samples()).extracting(FeedbackGiven::feedbackId).containsExactly("a");
        assertThat(stretch.begun()).isEqualTo(begun);
    }

    @Test
    void anUnfinishedRunWaitsUntilItsSamplesAreRead() {
        begin("fast", 0, 3);
        gathering.take(0, feedback("a", "fast"));
        gathering.take(1, feedback("b", "fast"));
        assertThat(due(NOW)).isEmpty();
        gathering.take(2, feedback("c", "fast"));
        assertThat(due(NOW).orElseThrow().samples()).hasSize(3);
    }

    @Test
    void anAdapterThatMayNotRunHoldsUpNoOther() {
        begin("broken", 0, 1);
        gathering.take(0, feedback("x", "broken"));
        gathering.take(1, feedback("a", "fast"));
        gathering.take(2, feedback("b", "fast"));
        assertThat(due(NOW).orElseThrow().adapter()).isEqualTo("broken");
        assertThat(gathering
                        .due(READINESS, NOW, name -> !name.equals("broken"))
                        .orElseThrow()
                        .adapter())
                .isEqualTo("fast");
    }

    /** Whatever is said, changed and withdrawn, before and after: a run that has begun keeps its samples. */
    @Test
    void aRunIsMadeOfTheSameWhoeverTakesItUp() {
        Random random = new Random(1);
        for (int trial = 0; trial < 200; trial++) {
            List<FeedbackEvent> said =
                    Stream.generate(() -> anything(random)).limit(40).toList();
            int settled = 1 + random.nextInt(said.size());
            Ledger known = new Ledger();
            Stretch first = whole(said.subList(0, settled), known);
            known.apply(new TrainingStarted("fast", lineage(first.fromOffset(), first.toOffset()), "t", NOW));
            Stretch again = whole(said, known);
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

    private static Stretch whole(List<FeedbackEvent> said, Ledger ledger) {
        Gathering anew = new Gathering(PARTITION, ledger, 0);
        for (int offset = 0; offset < said.size(); offset++) {
            anew.take(offset, said.get(offset));
        }
        return anew.due(new Readiness(0, Duration.ZERO), NOW, name -> true).orElseThrow();
    }

    /** Whatever comes in which order, and wherever a trainer begins anew: every sample is in one stretch. */
    @Test
    void stretchesTileThePartitionOverAnyNumberOfRestarts() {
        Random random = new Random(1);
        for (int trial = 0; trial < 200; trial++) {
            Trial each = new Trial(random);
            each.run();
        }
    }

    /** A partition of 60 samples of three adapters, and trainers that come and go. */
    private static final class Trial {
        private static final int END = 60;
        private final Random random;
        private final String[] adapters = new String[END];
        private final int[] taken = new int[END];
        private final Ledger ledger = new Ledger();
        private long committed;

        Trial(Random random) {
            this.random = random;
            for (int i = 0; i < END; i++) {
                adapters[i] = "adapter" + random.nextInt(3);
            }
        }

        void run() {
            while (committed < END) {
                Gathering gathering = new Gathering(PARTITION, ledger, committed);
                int stop = random.nextInt(END) + 1;
                for (long offset = committed; offset < Math.max(stop, committed); offset++) {
                    gathering.take(offset, feedback("f" + offset, adapters[(int) offset]));
                    if (random.nextInt(4) == 0) {
                        makeRuns(gathering, READINESS);
                    }
                }
                if (stop == END) {
                    makeRuns(gathering, new Readiness(1, Duration.ZERO));
                }
                committed = Math.max(committed, gathering.committable());
            }
            assertThat(taken).containsOnly(1);
        }

        private void makeRuns(Gathering gathering, Readiness readiness) {
            for (var due = gathering.due(readiness, NOW, name -> true);
                    due.isPresent();
                    due = gathering.due(readiness, NOW, name -> true)) {
                Stretch stretch = due.get();
                Lineage lineage = lineage(stretch.fromOffset(), stretch.toOffset());
                ledger.apply(new TrainingStarted(stretch.adapter(), lineage, "t", NOW));
                if (random.nextInt(3) == 0) {
                    return; // broken off, and gone on with later
                }
                assertThat(stretch.fromOffset()).isEqualTo(ledger.consumedTo(stretch.adapter(), PARTITION));
                committed = gathering.committable(stretch.adapter(), stretch.toOffset());
                ledger.apply(TrainingFinished.rejected(stretch.adapter(), lineage, "", null, NOW));
                gathering.forget(stretch.adapter(), stretch.toOffset());
                stretch.samples()
                        .forEach(sample ->
                                taken[Integer.parseInt(sample.feedbackId().substring(1))]++);
            }
        }
    }

    private static FeedbackGiven vote(String id, String owner) {
        return feedback(id, "fast", "a star", 1, owner, NOW);
    }

    private Optional<Stretch> due(Instant now) {
        return gathering.due(READINESS, now, name -> true);
    }

    private Lineage begin(String adapter, long from, long to) {
        Lineage lineage = lineage(from, to);
        ledger.apply(new TrainingStarted(adapter, lineage, "t", NOW));
        return lineage;
    }

    private void finish(String adapter, long from, long to) {
        ledger.apply(TrainingFinished.rejected(adapter, lineage(from, to), "", null, NOW));
    }

    private static Lineage lineage(long from, long to) {
        return new Lineage(1, PARTITION, from, to, 1, 0, "");
    }
}
