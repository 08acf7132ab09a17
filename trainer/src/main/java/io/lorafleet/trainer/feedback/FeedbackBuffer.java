// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.feedback.FeedbackEvent;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One partition's pending feedback, by adapter and in offset order.
 *
 * <p>A run's offset range starts at the end of the adapter's previous range and ends after the run's last record, so an
 * adapter's ranges are contiguous. The committed offset is that of the first record that a run still needs. After a
 * restart, no consumed record is counted again, and no pending record is lost.
 *
 * <p>Runs consume withdrawals too, because Kafka deletes them after the retention time. If no samples follow a
 * withdrawal, a run without samples consumes the withdrawal once the withdrawal has reached the maximum age.
 */
public final class FeedbackBuffer {
    private final int partition;
    private final ConsumedOffsets consumed;
    private final Map<String, PendingFeedback> waiting = new LinkedHashMap<>();

    private long position;

    /** The result of taking a record. */
    public enum Taken {
        /** The vote is pending. */
        WAITING,
        /** A finished run has already consumed the record. */
        CONSUMED,
        /** The vote replaces a pending vote with the same feedback id. */
        REPEATED,
        /** The withdrawal is pending. */
        WITHDRAWAL
    }

    /**
     * @param consumed consumed offsets; the caller keeps them up to date
     * @param position offset of the first record to take
     */
    public FeedbackBuffer(int partition, ConsumedOffsets consumed, long position) {
        this.partition = partition;
        this.consumed = consumed;
        this.position = position;
    }

    /** Takes the next record of the partition. */
    public Taken take(long offset, FeedbackEvent event) {
        advance(offset + 1);
        if (offset < consumed.consumedTo(event.student(), partition)) {
            return Taken.CONSUMED;
        }
        PendingFeedback here = waiting.computeIfAbsent(event.student(), name -> new PendingFeedback());
        Taken taken =
                event.match(vote -> here.has(vote) ? Taken.REPEATED : Taken.WAITING, withdrawn -> Taken.WITHDRAWAL);
        here.add(new FeedbackRecord(offset, event));
        return taken;
    }

    /** Moves the position: all records before this offset have been taken or skipped. */
    public void advance(long next) {
        position = Math.max(position, next);
    }

    /** @return the offset to commit: that of the first pending record, or the position if no record is pending */
    public long committable() {
        return committable("", 0);
    }

    /** @return the offset to commit once the adapter's records before {@code toOffset} have been consumed */
    public long committable(String adapter, long toOffset) {
        return waiting.entrySet().stream()
                .map(entry -> entry.getKey().equals(adapter) ? entry.getValue().from(toOffset) : entry.getValue())
                .filter(left -> !left.isEmpty())
                .mapToLong(PendingFeedback::firstOffset)
                .min()
                .orElse(position);
    }

    /** @return the number of pending samples */
    public int size() {
        return waiting.values().stream().mapToInt(PendingFeedback::samples).sum();
    }

    /** @return the number of pending records */
    public int records() {
        return waiting.values().stream().mapToInt(PendingFeedback::records).sum();
    }

    /**
     * @param most maximum number of pending records
     * @return whether no more records should be taken. An unfinished run still gets all its records, even if they
     *     exceed the maximum
     */
    public boolean isFull(int most) {
        return records() >= most
                && waiting.keySet().stream()
                        .flatMap(adapter -> consumed.inProgress(adapter, partition).stream())
                        .allMatch(run -> run.toOffset() <= position);
    }

    /**
     * Finds the offset range of the next run. Unfinished runs come first, then the adapter with the oldest record.
     *
     * @param mayRun whether an adapter's run may start now
     */
    public Optional<OffsetRange> due(RunThreshold readiness, Instant now, Predicate<String> mayRun) {
        Optional<OffsetRange> unfinished = waiting.entrySet().stream()
                .filter(entry -> mayRun(entry.getKey(), mayRun))
                .flatMap(entry ->
                        consumed.inProgress(entry.getKey(), partition).stream().map(run -> range(entry, run)))
                .filter(range -> range.toOffset() <= position)
                .findFirst();
        return unfinished.or(() -> waiting.entrySet().stream()
                .filter(entry -> mayRun(entry.getKey(), mayRun))
                .filter(entry -> consumed.inProgress(entry.getKey(), partition).isEmpty())
                .filter(entry -> readiness.isMet(
                        entry.getValue().samples(), entry.getValue().oldest(), now))
                .min(Comparator.comparing(entry -> entry.getValue().oldest()))
                .map(entry -> range(entry, null)));
    }

    /** The adapter's earlier feedback may be in another partition, in which a run has started. */
    private boolean mayRun(String adapter, Predicate<String> mayRun) {
        return mayRun.test(adapter) && !consumed.isBusyElsewhere(adapter, partition);
    }

    /** @param inProgress lineage of an unfinished run, which determines the range; null for a new run */
    private OffsetRange range(Map.Entry<String, PendingFeedback> entry, @Nullable Lineage inProgress) {
        String adapter = entry.getKey();
        PendingFeedback all = entry.getValue();
        long from = inProgress == null ? consumed.consumedTo(adapter, partition) : inProgress.fromOffset();
        long to = inProgress == null ? all.lastOffset() + 1 : inProgress.toOffset();
        PendingFeedback taken = all.before(to);
        return new OffsetRange(adapter, partition, from, to, taken.standing(), taken.withdrawals(), inProgress);
    }

    /** Removes the adapter's records before an offset, because a run has consumed them or they were skipped. */
    public void forget(String adapter, long toOffset) {
        waiting.computeIfPresent(adapter, (name, all) -> {
            PendingFeedback left = all.from(toOffset);
            return left.isEmpty() ? null : left;
        });
    }
}
