// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The meters of the adapters that were used last. Requests can combine adapters, and new versions are published all the
 * time, so the number of all meters is not limited. Not thread-safe.
 */
final class AdapterMeters {
    /** Larger than the number of adapters that fit on a device. */
    static final int MAX = 1000;

    private static final String ADAPTER = "adapter";

    private final MeterRegistry registry;
    /** Meters by name and tags, the least recently used one first. */
    private final Map<String, Meter> meters = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Meter> eldest) {
            if (size() <= MAX) {
                return false;
            }
            registry.remove(eldest.getValue());
            return true;
        }
    };

    AdapterMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** @param adapter {@code name@version}, or several of them joined by '+' */
    Counter evaluations(String adapter, String role) {
        return (Counter) meters.computeIfAbsent(
                role + " " + adapter,
                key -> registry.counter("lorafleet.unet.evaluations", ADAPTER, adapter, "role", role));
    }

    /** @param adapter {@code name@version} of a student */
    DistributionSummary shadowError(String adapter) {
        return (DistributionSummary) meters.computeIfAbsent(
                "error " + adapter, key -> registry.summary("lorafleet.shadow.error", ADAPTER, adapter));
    }
}
