// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

import io.lorafleet.messages.PinnedAdapter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The adapter cache's metrics. */
final class AdapterMetrics {
    /**
     * Maximum number of published versions waiting for their first step. Beyond this number, the oldest versions are
     * dropped.
     */
    private static final int REMEMBERED = 10_000;

    private final Counter deviceHits;
    private final Counter hostHits;
    private final Counter misses;
    private final Counter deviceEvictions;
    private final Counter hostEvictions;
    private final Counter refusals;
    private final Timer loads;
    private final Timer activations;
    private final Map<PinnedAdapter, Long> published = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PinnedAdapter, Long> eldest) {
            return size() > REMEMBERED;
        }
    };

    AdapterMetrics(MeterRegistry meters) {
        deviceHits = meters.counter("lorafleet.adapter.lookups", "found", "device");
        hostHits = meters.counter("lorafleet.adapter.lookups", "found", "host");
        misses = meters.counter("lorafleet.adapter.lookups", "found", "nowhere");
        deviceEvictions = meters.counter("lorafleet.adapter.evictions", "tier", "device");
        hostEvictions = meters.counter("lorafleet.adapter.evictions", "tier", "host");
        refusals = meters.counter("lorafleet.adapter.refusals");
        loads = Timer.builder("lorafleet.adapter.load")
                .description("Time to load a requested adapter that is not on the device")
                .publishPercentiles(0.5, 0.95, 0.99)
                .register(meters);
        activations = Timer.builder("lorafleet.adapter.activation")
                .description("Time from the registry record of a new version to the end of the first step that uses it")
                .publishPercentiles(0.5, 0.95, 0.99)
                .register(meters);
    }

    void hitOnDevice() {
        deviceHits.increment();
    }

    void hitOnHost() {
        hostHits.increment();
    }

    void missed() {
        misses.increment();
    }

    void evictedFromDevice() {
        deviceEvictions.increment();
    }

    void evictedFromHost() {
        hostEvictions.increment();
    }

    void refused() {
        refusals.increment();
    }

    void loaded(long nanos) {
        loads.record(Duration.ofNanos(nanos));
    }

    synchronized void published(PinnedAdapter adapter) {
        published.put(adapter, System.nanoTime());
    }

    synchronized void stepped(PinnedAdapter adapter) {
        Long since = published.remove(adapter);
        if (since != null) {
            activations.record(Duration.ofNanos(System.nanoTime() - since));
        }
    }
}
