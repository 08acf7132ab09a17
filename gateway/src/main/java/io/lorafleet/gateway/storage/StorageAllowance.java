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
 * How many bytes each caller may store within a day, as this gateway remembers it. Counted by the hour, so that an owner
 * takes little memory however often he stores something; one who stored nothing for a day is forgotten.
 */
public final class StorageAllowance {
    private static final int HOURS = 24;

    private final long maxBytes;
    private final Clock clock;
    /** By owner, then by hour since the epoch. */
    private final Map<String, NavigableMap<Long, Long>> stored = new HashMap<>();

    /** @param maxBytes of one owner within a day */
    public StorageAllowance(long maxBytes, Clock clock) {
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    /**
     * Counts the bytes before they are stored.
     *
     * @param owner null, where nobody has to say who he is, has no limit
     * @throws AllowanceUsedException if they are too many; then they are not counted
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

    /** They were not stored after all. */
    synchronized void giveBack(@Nullable String owner, long bytes) {
        NavigableMap<Long, Long> hours = owner == null ? null : stored.get(owner);
        if (hours != null) { // of this hour, or of the last one if that has just begun
            hours.merge(hours.lastKey(), -bytes, (all, less) -> all + less == 0 ? null : all + less);
            if (hours.isEmpty()) {
                stored.remove(owner);
            }
        }
    }

    /** @return how many owners are remembered */
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
