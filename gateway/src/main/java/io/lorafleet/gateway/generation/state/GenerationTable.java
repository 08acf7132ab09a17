// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.messages.generation.GenerationProgress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All generations that this gateway remembers: the fold of the generation topics.
 *
 * <p>A generation's records are ordered within a topic but not across topics, and may be read more than once. The first
 * {@link GenerationFinished} of a request is final.
 */
public final class GenerationTable {
    private final int capacity;
    private final Backlog backlog;
    // Both maps are in insertion order, so that the first entry is the oldest.
    private final Map<String, Generation> unfinished = new LinkedHashMap<>();
    private final Map<String, Generation> finished = new LinkedHashMap<>();
    private final Map<String, List<Consumer<Generation>>> followers = new HashMap<>();

    /**
     * @param capacity number of generations to remember; beyond this number, the oldest finished generations are
     *     forgotten first
     * @param backlog notified of every change
     */
    public GenerationTable(int capacity, Backlog backlog) {
        this.capacity = capacity;
        this.backlog = backlog;
    }

    public synchronized void apply(GenerateImage command) {
        update(command.requestId(), generation -> generation.requested(command));
    }

    public synchronized void apply(CancelGeneration command) {
        update(command.requestId(), Generation::cancelRequested);
    }

    public synchronized void apply(GenerationProgress event) {
        Generation after = update(event.requestId(), generation -> generation.progressed(event));
        if (!after.isFinished()) {
            notifyFollowers(after);
        }
    }

    /** @return false if the request already has another result, which is kept */
    public synchronized boolean apply(GenerationFinished event) {
        Generation before = finished.get(event.requestId());
        if (before != null) {
            return event.equals(before.finished()); // true if this record has been read before
        }
        Generation ended = update(event.requestId(), generation -> generation.ended(event));
        notifyFollowers(ended);
        followers.remove(ended.id());
        return true;
    }

    /** Applies a manifest. The result is applied first, so that the request never counts as unfinished. */
    public synchronized void recall(GenerationManifest manifest) {
        apply(manifest.result());
        Generation recalled = finished.get(manifest.result().requestId());
        if (recalled != null && recalled.request() == null) { // keep a request from Kafka, which includes the webhook
            apply(manifest.request());
        }
    }

    /** To be called when this table has all records that the topics had when the gateway started to read them. */
    public void caughtUp() {
        backlog.restartRates();
    }

    public synchronized Optional<Generation> find(String id) {
        return Optional.ofNullable(finished.getOrDefault(id, unfinished.get(id)))
                .filter(Generation::isKnown);
    }

    /** @return whether the table has the generation's result */
    public synchronized boolean isFinished(@Nullable String id) {
        return finished.containsKey(id);
    }

    /**
     * @param after position of the last generation on the previous page; null for the first page
     * @param most maximum number of generations to return
     * @return the matching generations, newest first
     */
    public List<Generation> list(Predicate<Generation> wanted, @Nullable GenerationPosition after, int most) {
        return known().stream()
                .filter(wanted)
                .filter(each -> after == null || GenerationPosition.of(each).compareTo(after) > 0)
                .sorted(Comparator.comparing(GenerationPosition::of))
                .limit(most)
                .toList();
    }

    /** @return the unfinished generations of a pool, without those whose request is unknown */
    synchronized List<Generation> unfinished(String pool) {
        return unfinished.values().stream()
                .filter(each ->
                        each.request() != null && each.request().poolName().equals(pool))
                .toList();
    }

    /** @return the load and latency of the fleet */
    public FleetSummary summary(Instant now) {
        return FleetSummary.of(known(), backlog.clearsIn(), now);
    }

    /** Returns a copy, so that readers do not hold the lock. */
    private synchronized List<Generation> known() {
        return Stream.concat(unfinished.values().stream(), finished.values().stream())
                .filter(Generation::isKnown)
                .toList();
    }

    /**
     * Passes the current state of the generation, if known, to the follower, and then each new state until the
     * generation has finished. The follower does not miss any state.
     *
     * @param follower receives the states; called with this table's lock held, so it must not block
     * @return action that unregisters the follower
     */
    public synchronized Runnable follow(String id, Consumer<Generation> follower) {
        find(id).ifPresent(follower);
        if (!finished.containsKey(id)) {
            followers.computeIfAbsent(id, key -> new ArrayList<>()).add(follower);
        }
        return () -> unfollow(id, follower);
    }

    private synchronized void unfollow(String id, Consumer<Generation> follower) {
        followers.computeIfPresent(id, (key, those) -> {
            those.remove(follower);
            return those.isEmpty() ? null : those;
        });
    }

    private Generation update(String id, UnaryOperator<Generation> change) {
        Generation before = finished.getOrDefault(id, unfinished.getOrDefault(id, Generation.unknown(id)));
        Generation after = change.apply(before);
        if (after.isFinished()) {
            unfinished.remove(id);
            finished.put(id, after);
        } else {
            unfinished.put(id, after);
        }
        backlog.changed(before, after);
        forgetTheOldest();
        return after;
    }

    private void forget(Map<String, Generation> from, String id) {
        backlog.changed(from.remove(id), null);
        followers.remove(id);
    }

    private void forgetTheOldest() {
        if (unfinished.size() + finished.size() > capacity) {
            Map<String, Generation> from = finished.isEmpty() ? unfinished : finished;
            forget(from, from.keySet().iterator().next());
        }
    }

    private void notifyFollowers(Generation generation) {
        // A copy, because a follower may unregister during the call.
        List.copyOf(followers.getOrDefault(generation.id(), List.of())).forEach(each -> each.accept(generation));
    }
}
