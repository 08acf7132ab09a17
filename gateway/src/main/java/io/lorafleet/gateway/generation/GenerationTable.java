// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

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
 * Every generation that this gateway knows: the fold of the generation topics.
 *
 * <p>Records of one topic come in order, those of different topics do not, and any may be read again. The first
 * {@link GenerationFinished} of a request stands.
 */
public final class GenerationTable {
    private final int capacity;
    private final Backlog backlog;
    // Both in the order in which the entries came in, so that the oldest is the first.
    private final Map<String, Generation> unfinished = new LinkedHashMap<>();
    private final Map<String, Generation> finished = new LinkedHashMap<>();
    private final Map<String, List<Consumer<Generation>>> followers = new HashMap<>();

    /** @param capacity generations remembered; beyond, the oldest finished ones are forgotten first @param backlog kept up to date */
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
            tellFollowers(after);
        }
    }

    /** @return false if the request had another result before, which stands */
    public synchronized boolean apply(GenerationFinished event) {
        Generation before = finished.get(event.requestId());
        if (before != null) {
            return event.equals(before.finished()); // the same record, read again
        }
        Generation ended = update(event.requestId(), generation -> generation.ended(event));
        tellFollowers(ended);
        followers.remove(ended.id());
        return true;
    }

    /** Applies what was kept of a request, in the order in which it never counts as waiting. */
    public synchronized void recall(GenerationManifest manifest) {
        apply(manifest.result());
        Generation recalled = finished.get(manifest.result().requestId());
        if (recalled != null && recalled.request() == null) { // one from Kafka has its webhook, too
            apply(manifest.request());
        }
    }

    public synchronized Optional<Generation> find(String id) {
        return Optional.ofNullable(finished.getOrDefault(id, unfinished.get(id)))
                .filter(Generation::isKnown);
    }

    /**
     * @param after the last one of the page before, or null to begin with the newest
     * @return at most so many of those that are wanted, the newest first
     */
    public List<Generation> list(Predicate<Generation> wanted, @Nullable GenerationPosition after, int most) {
        return known().stream()
                .filter(wanted)
                .filter(each -> after == null || GenerationPosition.of(each).compareTo(after) > 0)
                .sorted(Comparator.comparing(GenerationPosition::of))
                .limit(most)
                .toList();
    }

    /** @return how the fleet does at this time */
    public FleetSummary summary(Instant now) {
        return FleetSummary.of(known(), backlog.timeFor(backlog.waiting().cost()), now);
    }

    /** A copy, so that whoever looks through it holds up nobody. */
    private synchronized List<Generation> known() {
        return Stream.concat(unfinished.values().stream(), finished.values().stream())
                .filter(Generation::isKnown)
                .toList();
    }

    /**
     * Tells the generation as it is, if it is known, then as it is after every progress, the last time when it is
     * finished. Nothing is missed in between.
     *
     * @param follower called under this table's lock: it must not wait for anything
     * @return ends the following
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
        Generation before = finished.getOrDefault(id, unfinished.getOrDefault(id, Generation.unheardOf(id)));
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

    /** Forgets a request whose end cannot be known any more. */
    public synchronized void forget(String id) {
        forget(unfinished, id);
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

    private void tellFollowers(Generation generation) {
        // A copy, because a follower may leave while it is told.
        List.copyOf(followers.getOrDefault(generation.id(), List.of())).forEach(each -> each.accept(generation));
    }
}
