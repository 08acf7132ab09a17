// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import io.lorafleet.gateway.generation.state.Backlog.Queue;
import io.lorafleet.gateway.generation.state.Backlog.Waiting;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.generation.GenerateImage;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The unfinished work of one pool, and the recent rate of its workers. Not thread-safe. */
final class PoolBacklog {
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
    /** The estimate if the rate is unknown. */
    private static final Duration USUAL_WAIT = Duration.ofSeconds(5);

    private final WorkRate rate = new WorkRate();
    private final Map<Priority, NotStarted> notStarted = new EnumMap<>(Priority.class);
    private Waiting all = Waiting.NOTHING;
    private int running;

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

    /** @param sign 1 to add a request that a worker has started to process, -1 to remove it */
    void addRunning(int sign) {
        running += sign;
    }

    /**
     * Records work that has been completed. Must be called after each change, so that the rate knows when there is
     * work.
     */
    void worked(long cost, Instant now) {
        if (cost > 0) {
            rate.completed(cost, now);
        }
        rate.busy(running > 0, now);
    }

    @Nullable
    Double costPerSecond(Instant now) {
        return rate.perSecond(now);
    }

    void restartRate(Instant now) {
        rate.clear(now);
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

    /** @return the estimated time to process work of this cost at the recent rate */
    Duration timeFor(long cost, Instant now) {
        Double perSecond = rate.perSecond(now);
        if (perSecond == null || perSecond == 0) {
            return USUAL_WAIT;
        }
        double wait = Math.ceil(cost / perSecond);
        return Duration.ofSeconds((long) Math.min(Math.max(wait, SHORTEST_WAIT.toSeconds()), LONGEST_WAIT.toSeconds()));
    }
}
