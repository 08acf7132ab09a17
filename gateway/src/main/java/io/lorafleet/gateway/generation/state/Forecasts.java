// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import io.lorafleet.gateway.model.ModelDirectory;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The forecasts of all pools. A forecast is reused for a while, because many clients ask for their generations. The
 * longer its computation takes, the longer it is reused, so that forecasts take at most a few percent of a processor.
 */
@Singleton
public final class Forecasts {
    private static final Duration KEPT = Duration.ofSeconds(1);
    /** How long a forecast is kept although it lacks a new generation. */
    private static final Duration KEPT_IF_INCOMPLETE = Duration.ofMillis(100);
    /** Minimum ratio of the time that a forecast is kept and the time to compute it. */
    private static final int PAUSE = 20;

    private final GenerationTable table;
    private final Backlog backlog;
    private final ModelDirectory models;
    private final Clock clock;
    private final Map<String, Snapshot> snapshots = new ConcurrentHashMap<>();

    /** @param took time to compute the forecast */
    private record Snapshot(Instant at, Duration took, Map<String, Forecast.Place> places) {
        boolean isOlderThan(Duration age, Instant now) {
            Duration pause = took.multipliedBy(PAUSE);
            return Duration.between(at, now).abs().compareTo(age.compareTo(pause) > 0 ? age : pause) > 0;
        }
    }

    Forecasts(GenerationTable table, Backlog backlog, ModelDirectory models, Clock clock) {
        this.table = table;
        this.backlog = backlog;
        this.models = models;
        this.clock = clock;
    }

    /** @return the place of an unfinished generation; null if it has finished, or if it is not in the latest forecast */
    public Forecast.@Nullable Place of(Generation generation) {
        if (generation.request() == null || generation.isFinished()) {
            return null;
        }
        String name = generation.request().poolName();
        Snapshot kept = snapshots.get(name);
        Instant now = clock.instant();
        if (kept == null
                || kept.isOlderThan(kept.places().containsKey(generation.id()) ? KEPT : KEPT_IF_INCOMPLETE, now)) {
            long start = System.nanoTime();
            Map<String, Forecast.Place> places = compute(name);
            kept = new Snapshot(now, Duration.ofNanos(System.nanoTime() - start), places);
            snapshots.put(name, kept);
        }
        Forecast.Place place = kept.places().get(generation.id());
        // A worker may have started the generation since the forecast.
        return place == null || generation.status() == Generation.Status.QUEUED
                ? place
                : new Forecast.Place(null, place.finishesIn());
    }

    private Map<String, Forecast.Place> compute(String name) {
        return models.pools().stream()
                .filter(pool -> pool.name().equals(name))
                .findFirst()
                .map(pool -> Forecast.of(table.unfinished(name), pool, backlog.costPerSecond(name)))
                .orElse(Map.of());
    }
}
