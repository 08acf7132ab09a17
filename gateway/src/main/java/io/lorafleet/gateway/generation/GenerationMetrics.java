// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.generation.Generation.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Locale;

/**
 * Counts generations. Each generation is counted only by the gateway that accepted it, so that the sum over all
 * gateways is correct.
 */
@Singleton
public final class GenerationMetrics {
    private final MeterRegistry registry;
    private final Counter accepted;
    private final Counter duplicates;

    GenerationMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.accepted = Counter.builder("lorafleet.generations.accepted")
                .description("Published generation requests")
                .register(registry);
        this.duplicates = Counter.builder("lorafleet.generations.duplicate.results")
                .description("Results dropped because the request already had a result; old duplicates count again"
                        + " after a restart")
                .register(registry);
    }

    void accepted() {
        accepted.increment();
    }

    void finished(Status status) {
        Counter.builder("lorafleet.generations.finished")
                .description("Accepted requests that finished")
                .tag("status", status.name().toLowerCase(Locale.ROOT))
                .register(registry)
                .increment();
    }

    public void duplicateResult() {
        duplicates.increment();
    }
}
