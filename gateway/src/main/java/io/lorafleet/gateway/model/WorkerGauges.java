// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.model;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.util.Locale;

/**
 * The number of workers in each state. All gateways export the same values: aggregate them with the maximum, not with
 * the sum.
 */
@Singleton
@Startup
final class WorkerGauges {
    WorkerGauges(ModelDirectory models, MeterRegistry registry) {
        for (KnownWorker.State state : KnownWorker.State.values()) {
            Gauge.builder(
                            "lorafleet.workers",
                            () -> models.workers().stream()
                                    .filter(worker -> worker.state() == state)
                                    .count())
                    .description("Workers, by state")
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }
}
