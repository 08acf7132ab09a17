// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * How fast the workers of a pool complete work, measured over the last minute in which they had work. The <em>busy
 * time</em> is the time with work; other times do not count. Not thread-safe.
 */
final class WorkRate {
    private static final Duration WINDOW = Duration.ofMinutes(1);
    /** A rate over a shorter time would depend on the duration of a single step. */
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final Deque<Done> window = new ArrayDeque<>();
    private long costInWindow;
    /** Busy time at which the first entry of the window begins. */
    private Duration begin = Duration.ZERO;
    /** Busy time before {@link #busySince}. */
    private Duration busyBefore = Duration.ZERO;
    /** Start of the current time with work; null if there is no work. */
    private @Nullable Instant busySince;

    /**
     * The work of one second. It begins where the previous entry ends.
     *
     * @param end busy time of the latest completion
     */
    private record Done(Duration end, long cost) {}

    /** Records whether there is any work. */
    void busy(boolean busy, Instant now) {
        if (busy && busySince == null) {
            busySince = now;
        } else if (!busy && busySince != null) {
            busyBefore = busyTime(now);
            busySince = null;
        }
    }

    /** Records completed work. */
    void completed(long cost, Instant now) {
        Duration time = busyTime(now);
        Done last = window.peekLast();
        if (last != null && last.end().toSeconds() == time.toSeconds()) {
            window.removeLast();
            window.addLast(new Done(time, last.cost() + cost));
        } else {
            window.addLast(new Done(time, cost));
        }
        costInWindow += cost;
        while (window.size() > 1 && window.getFirst().end().plus(WINDOW).compareTo(time) < 0) {
            Done oldest = window.removeFirst();
            costInWindow -= oldest.cost();
            begin = oldest.end();
        }
    }

    /** @return the cost of the work completed per second of busy time; null if it is unknown */
    @Nullable
    Double perSecond(Instant now) {
        Duration measured = busyTime(now).minus(begin);
        return window.isEmpty() || measured.compareTo(SHORTEST) < 0
                ? null
                : costInWindow / (measured.toMillis() / 1000.0);
    }

    private Duration busyTime(Instant now) {
        return busySince == null || now.isBefore(busySince)
                ? busyBefore
                : busyBefore.plus(Duration.between(busySince, now));
    }

    /** Forgets the work that has been recorded. */
    void clear(Instant now) {
        begin = busyTime(now);
        window.clear();
        costInWindow = 0;
    }
}
