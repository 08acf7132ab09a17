// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The meters of the most recently used adapters, by adapter name. The version is not a tag, because new versions are
 * published all the time. The number of meters is limited, because a registry can contain any number of adapters. Not
 * thread-safe.
 */
final class AdapterMeters {
    /** Larger than the number of adapters that fit on a device. */
    static final int MAX = 1000;

    private static final String ADAPTER = "adapter";

    private final MeterRegistry registry;
    /** Meters by kind and adapter, the least recently used one first. */
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

    /** Counts the rows that use an adapter. */
    Counter evaluations(String adapter) {
        return (Counter) meters.computeIfAbsent(
                "evaluations " + adapter,
                key -> Counter.builder("lorafleet.adapter.evaluations")
                        .description("UNet rows that use the adapter; a row can use several adapters")
                        .tag(ADAPTER, adapter)
                        .register(registry));
    }

    /** The errors of a student. */
    DistributionSummary shadowError(String adapter) {
        return (DistributionSummary) meters.computeIfAbsent(
                "error " + adapter,
                key -> DistributionSummary.builder("lorafleet.shadow.error")
                        .description("Distance of a student from the teacher: 0 for identical outputs, 1 for the"
                                + " distance without guidance")
                        .tag(ADAPTER, adapter)
                        .register(registry));
    }
}
