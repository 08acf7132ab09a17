// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.Priority;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The requests that no worker has started to process, by priority. Every gateway knows all requests, so all gateways
 * export the same values: aggregate them with the maximum, not with the sum. The values are exported even if there are
 * no workers.
 */
@Singleton
@Startup
final class BacklogMetrics {
    BacklogMetrics(Backlog backlog, ModelDirectory models, MeterRegistry registry) {
        for (Priority priority : Priority.values()) {
            String name = priority.name().toLowerCase(Locale.ROOT);
            Gauge.builder(
                            "lorafleet.backlog.requests",
                            () -> backlog.queue(priority).requests())
                    .description("Requests that no worker has started")
                    .tag("priority", name)
                    .register(registry);
            Gauge.builder(
                            "lorafleet.backlog.evaluations",
                            () -> models.evaluations(backlog.queue(priority).cost()))
                    .description("UNet evaluations of requests that no worker has started, at the model's default size")
                    .tag("priority", name)
                    .register(registry);
            TimeGauge.builder(
                            "lorafleet.backlog.oldest",
                            () -> backlog.queue(priority).oldest().toMillis(),
                            TimeUnit.MILLISECONDS)
                    .description("Time since the acceptance of the oldest request that no worker has started")
                    .tag("priority", name)
                    .register(registry);
        }
    }
}
