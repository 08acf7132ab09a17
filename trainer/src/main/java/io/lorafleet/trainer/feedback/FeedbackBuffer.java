// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.feedback.FeedbackGiven;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The feedback of one partition that no finished run has consumed, by adapter and in the order of its offsets.
 *
 * <p>Each run takes an adapter's records from where the one before ended to the last one that is there, so stretches of
 * one adapter follow each other. What is committed is the first offset that somebody still needs: after a restart,
 * nothing that is consumed is taken again, and nothing else is missed.
 *
 * <p>A withdrawal is consumed by a run, too, so that it outlives Kafka's memory of it: one that nothing else follows gets
 * a run of no samples when it is old.
 */
public final class FeedbackBuffer {
    private final int partition;
    private final ConsumedOffsets consumed;
    private final Map<String, PendingFeedback> waiting = new LinkedHashMap<>();

    private long position;

    /** What became of a record. */
    public enum Taken {
        /** It waits for a run. */
        WAITING,
        /** A finished run has consumed it. */
        CONSUMED,
        /** It waits in the place of an earlier one: its owner says something of that image again. */
        REPEATED,
        /** It takes others back, and waits for a run that keeps that in mind. */
        WITHDRAWAL
    }

    /**
     * @param consumed up to date
     * @param position offset of the first record that will come
     */
    public FeedbackBuffer(int partition, ConsumedOffsets consumed, long position) {
        this.partition = partition;
        this.consumed = consumed;
        this.position = position;
    }

    /** Takes the next record. */
    public Taken take(long offset, FeedbackEvent event) {
        advance(offset + 1);
        if (offset < consumed.consumedTo(event.student(), partition)) {
            return Taken.CONSUMED;
        }
        PendingFeedback here = waiting.computeIfAbsent(event.student(), name -> new PendingFeedback());
        Taken taken = Taken.WITHDRAWAL;
        if (event instanceof FeedbackGiven vote) {
            taken = here.has(vote) ? Taken.REPEATED : Taken.WAITING;
        }
        here.add(new FeedbackRecord(offset, event));
        return taken;
    }

    /** Everything before this offset was taken, or is of no use. */
    public void advance(long next) {
        position = Math.max(position, next);
    }

    /** @return the offset to commit: of the first record that waits, or of what comes next */
    public long committable() {
        return committable("", 0);
    }

    /** @return the offset to commit when the adapter's records before an offset are consumed */
    public long committable(String adapter, long toOffset) {
        return waiting.entrySet().stream()
                .map(entry -> entry.getKey().equals(adapter) ? entry.getValue().from(toOffset) : entry.getValue())
                .filter(left -> !left.isEmpty())
                .mapToLong(PendingFeedback::firstOffset)
                .min()
                .orElse(position);
    }

    /** @return samples that wait */
    public int size() {
        return waiting.values().stream().mapToInt(PendingFeedback::samples).sum();
    }

    /**
     * Finds what the next run should take: first what a run began and did not finish, then what has waited longest.
     *
     * @param mayRun whether a run of that adapter may begin now
     */
    public Optional<OffsetRange> due(RunThreshold readiness, Instant now, Predicate<String> mayRun) {
        Optional<OffsetRange> unfinished = waiting.entrySet().stream()
                .filter(entry -> mayRun.test(entry.getKey()))
                .flatMap(entry ->
                        consumed.begun(entry.getKey(), partition).stream().map(run -> range(entry, run)))
                .filter(range -> range.toOffset() <= position)
                .findFirst();
        return unfinished.or(() -> waiting.entrySet().stream()
                .filter(entry -> mayRun.test(entry.getKey()))
                .filter(entry -> consumed.begun(entry.getKey(), partition).isEmpty())
                .filter(entry -> readiness.isMet(
                        entry.getValue().samples(), entry.getValue().oldest(), now))
                .min(Comparator.comparing(entry -> entry.getValue().oldest()))
                .map(entry -> range(entry, null)));
    }

    /** @param begun if a run has begun already, its stretch: what was said after that changes nothing of it */
    private OffsetRange range(Map.Entry<String, PendingFeedback> entry, @Nullable Lineage begun) {
        String adapter = entry.getKey();
        PendingFeedback all = entry.getValue();
        long from = begun == null ? consumed.consumedTo(adapter, partition) : begun.fromOffset();
        long to = begun == null ? all.lastOffset() + 1 : begun.toOffset();
        PendingFeedback taken = all.before(to);
        return new OffsetRange(adapter, partition, from, to, taken.standing(), taken.withdrawals(), begun);
    }

    /** A run was finished, or the adapter's records are of no use: those before this offset wait no longer. */
    public void forget(String adapter, long toOffset) {
        waiting.computeIfPresent(adapter, (name, all) -> {
            PendingFeedback left = all.from(toOffset);
            return left.isEmpty() ? null : left;
        });
    }
}
