// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.batching;

import io.lorafleet.messages.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Selects the batch of each step.
 *
 * <p>A batch contains images of a single size, up to the row limit. A row of a ControlNet counts as a part of a UNet row.
 * Deficit round robin over the image sizes gives each size the same share of device time, however large its batches are.
 * Interactive images go first. An image with batch priority that has waited long enough is scheduled like an interactive
 * image, so it cannot starve. Within a priority, one image of each request goes first, so that a request of many images
 * does not delay a request of one. Both these first images and the other images go in order of arrival.
 *
 * @param <C> type of the scheduled images
 * @see <a href="https://doi.org/10.1109/90.502236">Shreedhar and Varghese 1996</a>
 */
public final class BatchScheduler<C extends Schedulable> {
    /** Cost of a row of the UNet. */
    private static final int ROW = 5;
    /** Cost of a row of a ControlNet. The ratio to {@link #ROW} is {@code GenerateImage.CONTROL_COST}. */
    private static final int CONTROL_ROW = 2;

    private final MaxBatchRows maxRows;
    private final Duration batchTimeout;
    /** The deficit of each size, in {@link #cost} times pixels. The sizes are in round-robin order. */
    private final Map<ImageSize, Long> deficits = new LinkedHashMap<>();

    /**
     * @param maxRows row limit of a batch
     * @param batchTimeout time after which a batch-priority image is scheduled like an interactive image
     */
    public BatchScheduler(MaxBatchRows maxRows, Duration batchTimeout) {
        this.maxRows = maxRows;
        this.batchTimeout = batchTimeout;
    }

    /** @return the images of the next batch; empty only if no image is running */
    public List<C> next(Collection<C> running, Instant now) {
        boolean anyUrgent = running.stream().anyMatch(each -> urgent(each, now));
        Map<ImageSize, List<C>> batches = new LinkedHashMap<>();
        running.stream()
                .filter(each -> !anyUrgent || urgent(each, now))
                .forEach(each -> batches.computeIfAbsent(each.size(), size -> batch(running, size, now)));
        deficits.keySet().retainAll(running.stream().map(Schedulable::size).toList());
        batches.keySet().forEach(size -> deficits.putIfAbsent(size, 0L));
        return batches.isEmpty() ? List.of() : select(batches);
    }

    private boolean urgent(C candidate, Instant now) {
        return candidate.priority() == Priority.INTERACTIVE
                || !candidate.arrivedAt().plus(batchTimeout).isAfter(now);
    }

    /** @return the images of this size that fit into a batch */
    private List<C> batch(Collection<C> running, ImageSize size, Instant now) {
        Comparator<C> byUrgency = Comparator.comparing(each -> !urgent(each, now));
        List<C> inOrder = running.stream()
                .filter(each -> each.size().equals(size))
                .sorted(byUrgency.thenComparing(Schedulable::arrivedAt))
                .toList();
        Set<C> firsts = firstOfEachRequest(inOrder);
        List<C> batch = new ArrayList<>();
        int left = ROW * maxRows.of(size);
        // A stable sort, so the order of arrival remains.
        for (C each : inOrder.stream()
                .sorted(byUrgency.thenComparing(image -> !firsts.contains(image)))
                .toList()) {
            int cost = cost(each);
            if (cost <= left || batch.isEmpty()) {
                batch.add(each);
                left -= cost;
            }
        }
        return batch;
    }

    private static <C extends Schedulable> Set<C> firstOfEachRequest(List<C> images) {
        Set<String> requests = new HashSet<>();
        Set<C> firsts = Collections.newSetFromMap(new IdentityHashMap<>());
        images.stream().filter(each -> requests.add(each.requestId())).forEach(firsts::add);
        return firsts;
    }

    /** @return the batch of the next size whose deficit covers the cost */
    private List<C> select(Map<ImageSize, List<C>> batches) {
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
            // The size keeps its deficit, gains a quantum and moves to the end of the round.
            deficits.remove(size);
            deficits.put(size, left + quantum);
        }
        return select(batches);
    }

    private static long cost(List<? extends Schedulable> batch) {
        return batch.stream()
                .mapToLong(each -> cost(each) * each.size().pixels())
                .sum();
    }

    /** @return the cost of the image's next step */
    private static int cost(Schedulable image) {
        return ROW * image.rows() + CONTROL_ROW * image.controlRows();
    }
}
