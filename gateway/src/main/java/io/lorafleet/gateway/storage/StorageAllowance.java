// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.storage;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The number of bytes that each owner has stored through this gateway within a day. Bytes are counted per hour, which
 * bounds the memory needed for each owner. Owners who store nothing for a day are dropped.
 */
public final class StorageAllowance {
    private static final int HOURS = 24;

    private final long maxBytes;
    private final Clock clock;
    /** Number of stored bytes by owner, then by hour since the epoch. */
    private final Map<String, NavigableMap<Long, Long>> stored = new HashMap<>();

    /** @param maxBytes limit per owner and day */
    public StorageAllowance(long maxBytes, Clock clock) {
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    /**
     * Counts the bytes before they are stored.
     *
     * @param owner the caller; null in open mode, which has no limit
     * @throws AllowanceUsedException if the bytes would exceed the limit; in this case, they are not counted
     */
    synchronized void take(@Nullable String owner, long bytes) {
        if (owner == null) {
            return;
        }
        long hour = hour();
        forgetBefore(hour - HOURS);
        NavigableMap<Long, Long> hours = stored.getOrDefault(owner, new TreeMap<>());
        long all = bytes + hours.values().stream().mapToLong(Long::longValue).sum();
        if (all > maxBytes) {
            throw new AllowanceUsedException(maxBytes, all, untilForgotten(hours.isEmpty() ? hour : hours.firstKey()));
        }
        hours.merge(hour, bytes, Long::sum);
        stored.put(owner, hours);
    }

    /** Gives back the allowance for bytes that were not stored. */
    synchronized void giveBack(@Nullable String owner, long bytes) {
        NavigableMap<Long, Long> hours = owner == null ? null : stored.get(owner);
        if (hours != null) { // counted in this hour, or in the previous hour if the hour has just changed
            hours.merge(hours.lastKey(), -bytes, (all, less) -> all + less == 0 ? null : all + less);
            if (hours.isEmpty()) {
                stored.remove(owner);
            }
        }
    }

    /** @return the number of owners who have stored anything within a day */
    synchronized int owners() {
        forgetBefore(hour() - HOURS);
        return stored.size();
    }

    private void forgetBefore(long hour) {
        stored.values().forEach(hours -> hours.headMap(hour, false).clear());
        stored.values().removeIf(Map::isEmpty);
    }

    private Duration untilForgotten(long hour) {
        Instant then = Instant.EPOCH.plus(Duration.ofHours(hour + HOURS + 1));
        return Duration.between(clock.instant(), then);
    }

    private long hour() {
        return Duration.between(Instant.EPOCH, clock.instant()).toHours();
    }
}
