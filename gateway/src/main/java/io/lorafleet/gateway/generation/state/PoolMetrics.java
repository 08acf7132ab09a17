// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import io.lorafleet.gateway.model.KnownWorker;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.Priority;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The waiting requests and the workers of each pool. Every gateway knows all requests and workers, so all gateways
 * export the same values: aggregate them with the maximum, not with the sum. The values are exported even if there are
 * no workers.
 */
@Singleton
@Startup
final class PoolMetrics {
    private final Backlog backlog;
    private final ModelDirectory models;
    private final MeterRegistry registry;

    PoolMetrics(Backlog backlog, ModelDirectory models, GenerationMetrics generations, MeterRegistry registry) {
        this.backlog = backlog;
        this.models = models;
        this.registry = registry;
        backlog.onPool(pool -> {
            addBacklog(pool);
            addWorkers(pool);
            generations.addPool(pool);
        });
    }

    private void addBacklog(String pool) {
        for (Priority priority : Priority.values()) {
            Tags tags = Tags.of("pool", pool, "priority", priority.name().toLowerCase(Locale.ROOT));
            Gauge.builder(
                            "lorafleet.backlog.requests",
                            () -> backlog.queue(pool, priority).requests())
                    .description("Requests that no worker has started to process")
                    .tags(tags)
                    .register(registry);
            Gauge.builder(
                            "lorafleet.backlog.evaluations",
                            () -> models.evaluations(
                                    pool, backlog.queue(pool, priority).cost()))
                    .description("UNet evaluations of requests that no worker has started to process, at the model's"
                            + " default size")
                    .tags(tags)
                    .register(registry);
            TimeGauge.builder(
                            "lorafleet.backlog.oldest",
                            () -> backlog.queue(pool, priority).oldest().toMillis(),
                            TimeUnit.MILLISECONDS)
                    .description("Time since acceptance of the oldest request that no worker has started to process")
                    .tags(tags)
                    .register(registry);
        }
    }

    private void addWorkers(String pool) {
        for (KnownWorker.State state : KnownWorker.State.values()) {
            Gauge.builder("lorafleet.workers", () -> models.count(pool, state))
                    .description("Workers, by pool and state")
                    .tags("pool", pool, "state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }
}
