package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.FeedbackGiven;
import io.lorafleet.messages.Lineage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The samples of one partition that no finished run has consumed, by adapter and in the order of their offsets.
 *
 * <p>Each run takes an adapter's samples from where the one before ended to the last one that is there, so stretches of
 * one adapter follow each other. What is committed is the first offset that somebody still needs: after a restart,
 * nothing that is consumed is taken again, and nothing else is missed.
 */
public final class Gathering {
    private final int partition;
    private final Ledger ledger;
    private final Map<String, List<Sample>> waiting = new LinkedHashMap<>();
    /** Of waiting samples: a record that was sent twice counts once. */
    private final Map<String, Set<String>> ids = new LinkedHashMap<>();

    private long position;

    /** What became of a record. */
    public enum Taken {
        /** It waits for a run. */
        WAITING,
        /** A finished run has consumed it. */
        CONSUMED,
        /** It waits already. */
        REPEATED
    }

    /**
     * @param ledger up to date
     * @param position offset of the first record that will come
     */
    public Gathering(int partition, Ledger ledger, long position) {
        this.partition = partition;
        this.ledger = ledger;
        this.position = position;
    }

    /** Takes the next record. */
    public Taken take(long offset, FeedbackGiven feedback) {
        advance(offset + 1);
        String adapter = feedback.adapter().name();
        if (offset < ledger.consumedTo(adapter, partition)) {
            return Taken.CONSUMED;
        }
        if (!ids.computeIfAbsent(adapter, name -> new HashSet<>()).add(feedback.feedbackId())) {
            return Taken.REPEATED;
        }
        waiting.computeIfAbsent(adapter, name -> new ArrayList<>()).add(new Sample(offset, feedback));
        return Taken.WAITING;
    }

    /** Everything before this offset was taken, or is of no use. */
    public void advance(long next) {
        position = Math.max(position, next);
    }

    /** @return the offset to commit: of the first sample that waits, or of what comes next */
    public long committable() {
        return committable("", 0);
    }

    /** @return the offset to commit when the adapter's samples before an offset are consumed */
    public long committable(String adapter, long toOffset) {
        return waiting.entrySet().stream()
                .flatMap(entry -> entry.getValue().stream()
                        .filter(sample -> !entry.getKey().equals(adapter) || sample.offset() >= toOffset)
                        .limit(1))
                .mapToLong(Sample::offset)
                .min()
                .orElse(position);
    }

    /** @return samples that wait */
    public int size() {
        return waiting.values().stream().mapToInt(List::size).sum();
    }

    /**
     * Finds what the next run should take: first what a run began and did not finish, then the samples that have waited
     * longest.
     *
     * @param mayRun whether a run of that adapter may begin now
     */
    public Optional<Stretch> due(Readiness readiness, Instant now, Predicate<String> mayRun) {
        Optional<Stretch> unfinished = waiting.keySet().stream()
                .filter(mayRun)
                .flatMap(adapter -> ledger.begun(adapter, partition).stream().map(run -> stretch(adapter, run)))
                .filter(stretch -> stretch.toOffset() <= position)
                .findFirst();
        return unfinished.or(() -> waiting.entrySet().stream()
                .filter(entry -> mayRun.test(entry.getKey()))
                .filter(entry -> ledger.begun(entry.getKey(), partition).isEmpty())
                .filter(entry -> readiness.isMet(entry.getValue().size(), oldest(entry.getValue()), now))
                .min(Comparator.comparing(entry -> oldest(entry.getValue())))
                .map(entry -> stretch(entry.getKey(), null)));
    }

    private static Instant oldest(List<Sample> samples) {
        return samples.get(0).feedback().at();
    }

    /** @param begun if a run has begun already, its stretch */
    private Stretch stretch(String adapter, Lineage begun) {
        List<Sample> all = waiting.get(adapter);
        long from = begun == null ? ledger.consumedTo(adapter, partition) : begun.fromOffset();
        long to = begun == null ? all.get(all.size() - 1).offset() + 1 : begun.toOffset();
        List<FeedbackGiven> taken = all.stream()
                .filter(sample -> sample.offset() < to)
                .map(Sample::feedback)
                .toList();
        return new Stretch(adapter, partition, from, to, taken, begun);
    }

    /** A run was finished, or the adapter's samples are of no use: those before this offset wait no longer. */
    public void forget(String adapter, long toOffset) {
        List<Sample> left = waiting.getOrDefault(adapter, List.of()).stream()
                .filter(sample -> sample.offset() >= toOffset)
                .toList();
        if (left.isEmpty()) {
            waiting.remove(adapter);
            ids.remove(adapter);
        } else {
            waiting.put(adapter, new ArrayList<>(left));
            ids.put(
                    adapter,
                    new HashSet<>(left.stream()
                            .map(sample -> sample.feedback().feedbackId())
                            .toList()));
        }
    }
}
