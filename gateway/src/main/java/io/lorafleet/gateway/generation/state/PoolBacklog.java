// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import io.lorafleet.gateway.generation.state.Backlog.Queue;
import io.lorafleet.gateway.generation.state.Backlog.Waiting;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.generation.GenerateImage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;

/** The unfinished work of one pool, and the recent throughput of its workers. Not thread-safe. */
final class PoolBacklog {
    /** Long enough to contain the results of several of the slowest requests. */
    private static final Duration WINDOW = Duration.ofMinutes(5);

    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
    /** The estimate if there are no recent results. */
    private static final Duration USUAL_WAIT = Duration.ofSeconds(5);

    private final Deque<Done> done = new ArrayDeque<>();
    private final Map<Priority, NotStarted> notStarted = new EnumMap<>(Priority.class);
    private Waiting all = Waiting.NOTHING;
    private long doneInWindow;

    /** A request that succeeded. */
    private record Done(Instant at, long cost) {}

    /** The requests of one priority that no worker has started to process. */
    private static final class NotStarted {
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

    PoolBacklog() {
        for (Priority priority : Priority.values()) {
            notStarted.put(priority, new NotStarted());
        }
    }

    void add(Waiting change) {
        all = all.plus(change);
    }

    /** @param sign 1 to add a request that no worker has started to process, -1 to remove it */
    void addNotStarted(GenerateImage request, int sign) {
        notStarted(request.priority()).add(request, sign);
    }

    void succeeded(Instant at, long cost, Instant now) {
        done.addLast(new Done(at, cost));
        doneInWindow += cost;
        forgetTheOld(now);
    }

    private void forgetTheOld(Instant now) {
        while (!done.isEmpty() && done.getFirst().at().isBefore(now.minus(WINDOW))) {
            doneInWindow -= done.removeFirst().cost();
        }
    }

    Waiting waiting() {
        return all;
    }

    Queue queue(Priority priority, Instant now) {
        return notStarted(priority).queue(now);
    }

    private NotStarted notStarted(Priority priority) {
        return Objects.requireNonNull(notStarted.get(priority), "no entry for this priority");
    }

    /** @return the estimated time to process work of this cost at the recent throughput */
    Duration timeFor(long cost, Instant now) {
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
