// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import io.lorafleet.messages.Priority;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationSucceeded;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The fleet's unfinished work, and the workers' recent throughput. All costs have the same unit as {@code
 * GenerateImage.cost}.
 */
public final class Backlog {
    /** Long enough to contain the results of several of the slowest requests. */
    private static final Duration WINDOW = Duration.ofMinutes(5);

    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
    /** The estimate if there are no recent results. */
    private static final Duration USUAL_WAIT = Duration.ofSeconds(5);

    private final Clock clock;
    private final Deque<Done> done = new ArrayDeque<>();
    /** Unfinished requests by owner; owners without unfinished requests have no entry. */
    private final Map<String, Waiting> byOwner = new HashMap<>();

    private final Map<Priority, NotBegun> notBegun = new EnumMap<>(Priority.class);
    private Waiting all = Waiting.NOTHING;
    private long doneInWindow;

    /**
     * Unfinished requests.
     *
     * @param requests number of requests
     * @param cost total cost of the requests
     */
    record Waiting(int requests, long cost) {
        static final Waiting NOTHING = new Waiting(0, 0);

        private Waiting plus(Waiting more) {
            return new Waiting(requests + more.requests, cost + more.cost);
        }
    }

    /** The requests of one priority that no worker has started to process. */
    private static final class NotBegun {
        /** Number of requests by the time at which they were accepted. */
        private final NavigableMap<Instant, Integer> accepted = new TreeMap<>();

        private int requests;
        private long cost;

        private void add(GenerateImage request, int sign) {
            requests += sign;
            cost += sign * request.cost();
            accepted.merge(request.acceptedAt(), sign, (count, more) -> count + more == 0 ? null : count + more);
        }

        private Queue queue(Instant now) {
            return new Queue(requests, cost, accepted.isEmpty() ? Duration.ZERO : age(accepted.firstKey(), now));
        }

        /** Another gateway's clock may be slightly ahead. */
        private static Duration age(Instant accepted, Instant now) {
            return accepted.isAfter(now) ? Duration.ZERO : Duration.between(accepted, now);
        }
    }

    /**
     * Requests that no worker has started to process.
     *
     * @param requests number of requests
     * @param cost total cost of the requests
     * @param oldest time since the oldest of these requests was accepted; zero if there is none
     */
    record Queue(int requests, long cost, Duration oldest) {}

    /** A request that succeeded. */
    private record Done(Instant at, long cost) {}

    public Backlog(Clock clock) {
        this.clock = clock;
        for (Priority priority : Priority.values()) {
            notBegun.put(priority, new NotBegun());
        }
    }

    /**
     * Records a change to a generation: {@code before} is null if the generation is new, and {@code after} is null if
     * the generation has been forgotten.
     */
    synchronized void changed(@Nullable Generation before, @Nullable Generation after) {
        add(before, -1);
        add(after, 1);
        if (after != null && after.finished() instanceof GenerationSucceeded succeeded && waiting(before) > 0) {
            done.addLast(new Done(succeeded.at(), cost(after)));
            doneInWindow += cost(after);
            forgetTheOld(clock.instant());
        }
    }

    private void forgetTheOld(Instant now) {
        while (!done.isEmpty() && done.getFirst().at().isBefore(now.minus(WINDOW))) {
            doneInWindow -= done.removeFirst().cost();
        }
    }

    /** @param sign 1 to add the generation, -1 to remove it */
    private void add(@Nullable Generation generation, int sign) {
        long cost = sign * waiting(generation);
        if (generation == null || generation.request() == null || cost == 0) {
            return;
        }
        if (generation.status() == Generation.Status.QUEUED) {
            notBegun(generation.request().priority()).add(generation.request(), sign);
        }
        Waiting change = new Waiting(sign, cost);
        all = all.plus(change);
        String owner = generation.request().owner();
        if (owner != null) {
            Waiting now = waiting(owner).plus(change);
            if (now.equals(Waiting.NOTHING)) {
                byOwner.remove(owner);
            } else {
                byOwner.put(owner, now);
            }
        }
    }

    private static long waiting(@Nullable Generation generation) {
        return generation == null || generation.isFinished() ? 0 : cost(generation);
    }

    private static long cost(Generation generation) {
        return generation.request() == null ? 0 : generation.request().cost();
    }

    /** @return all unfinished requests */
    synchronized Waiting waiting() {
        return all;
    }

    /** @return all unfinished requests of one owner */
    synchronized Waiting waiting(String owner) {
        return byOwner.getOrDefault(owner, Waiting.NOTHING);
    }

    /** @return the requests of this priority that no worker has started to process */
    synchronized Queue queue(Priority priority) {
        return notBegun(priority).queue(clock.instant());
    }

    private NotBegun notBegun(Priority priority) {
        return Objects.requireNonNull(notBegun.get(priority), "no entry for this priority");
    }

    /** @return the estimated time to process work of this cost at the recent throughput */
    synchronized Duration timeFor(long cost) {
        Instant now = clock.instant();
        forgetTheOld(now);
        if (done.isEmpty()) {
            return USUAL_WAIT;
        }
        double seconds = Duration.between(done.getFirst().at(), now).toMillis() / 1000.0;
        double wait = cost * Math.max(seconds, 1) / doneInWindow;
        return Duration.ofSeconds(
                (long) Math.ceil(Math.min(Math.max(wait, SHORTEST_WAIT.toSeconds()), LONGEST_WAIT.toSeconds())));
    }
}
