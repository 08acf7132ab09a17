// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.batching;

import io.lorafleet.messages.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses the batch of each step.
 *
 * <p>Images of one size share a batch, up to its cap. Sizes take turns by deficit round robin, in which each gets the
 * same share of the device's time, however large its batches are. Interactive images go first; one of low priority that
 * has waited for long counts as interactive, so it never starves. Among equals the one that came first goes first.
 *
 * @param <C> what is chosen from
 * @see <a href="https://doi.org/10.1109/90.502236">Shreedhar and Varghese 1996</a>
 */
public final class BatchScheduler<C extends Schedulable> {
    private final MaxBatchRows maxRows;
    private final Duration patience;
    /** What each size may still spend, in rows times pixels; in the order of their turns. */
    private final Map<ImageSize, Long> deficits = new LinkedHashMap<>();

    /** @param patience after which an image of low priority counts as interactive */
    public BatchScheduler(MaxBatchRows maxRows, Duration patience) {
        this.maxRows = maxRows;
        this.patience = patience;
    }

    /** @return those that go their next step together; empty only if there are none */
    public List<C> next(Collection<C> running, Instant now) {
        boolean anyUrgent = running.stream().anyMatch(each -> urgent(each, now));
        Map<ImageSize, List<C>> batches = new LinkedHashMap<>();
        running.stream()
                .filter(each -> !anyUrgent || urgent(each, now))
                .forEach(each -> batches.computeIfAbsent(each.size(), size -> batch(running, size, now)));
        deficits.keySet().retainAll(running.stream().map(Schedulable::size).toList());
        batches.keySet().forEach(size -> deficits.putIfAbsent(size, 0L));
        return batches.isEmpty() ? List.of() : turn(batches);
    }

    private boolean urgent(C candidate, Instant now) {
        return candidate.priority() == Priority.INTERACTIVE
                || !candidate.arrivedAt().plus(patience).isAfter(now);
    }

    /** @return of this size, as many as fit, the urgent first. The others fill what is left. */
    private List<C> batch(Collection<C> running, ImageSize size, Instant now) {
        List<C> inOrder = running.stream()
                .filter(each -> each.size().equals(size))
                .sorted(Comparator.comparing((C each) -> !urgent(each, now)).thenComparing(Schedulable::arrivedAt))
                .toList();
        List<C> batch = new ArrayList<>();
        int left = maxRows.of(size);
        for (C each : inOrder) {
            if (each.rows() <= left || batch.isEmpty()) {
                batch.add(each);
                left -= each.rows();
            }
        }
        return batch;
    }

    /** @return that of the size whose turn it is, which has paid for it */
    private List<C> turn(Map<ImageSize, List<C>> batches) {
        long quantum =
                batches.values().stream().mapToLong(BatchScheduler::cost).max().orElseThrow();
        for (ImageSize size : List.copyOf(deficits.keySet())) {
            List<C> batch = batches.get(size);
            if (batch == null) {
                continue;
            }
            long cost = cost(batch);
            long left = deficits.getOrDefault(size, 0L);
            if (left >= cost) {
                deficits.put(size, left - cost);
                return batch;
            }
            // Its turn is over, and what is left is kept for the next one.
            deficits.remove(size);
            deficits.put(size, left + quantum);
        }
        return turn(batches);
    }

    private static long cost(List<? extends Schedulable> batch) {
        return batch.stream()
                .mapToLong(each -> each.rows() * each.size().pixels())
                .sum();
    }
}
