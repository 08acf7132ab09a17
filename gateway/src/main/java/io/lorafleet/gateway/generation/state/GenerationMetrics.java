// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import io.lorafleet.gateway.generation.state.Generation.Status;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.PoolName;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.generation.GenerateImage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Counts and times generations. Each generation is counted only by the gateway that accepted it, so that the sum over
 * all gateways is correct.
 */
@Singleton
public final class GenerationMetrics {
    private static final String PRIORITY = "priority";
    /** Upper bounds of the histogram's buckets: from a few steps of a small model to a long queue. */
    private static final Duration[] BUCKETS = Stream.of(0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600, 1800)
            .map(seconds -> Duration.ofMillis((long) (seconds.doubleValue() * 1000)))
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final ModelDirectory models;
    private final Clock clock;
    private final Counter duplicates;

    public GenerationMetrics(MeterRegistry registry, ModelDirectory models, Clock clock) {
        this.registry = registry;
        this.models = models;
        this.clock = clock;
        this.duplicates = Counter.builder("lorafleet.generations.duplicate.results")
                .description("Results dropped because the request already had a result; old duplicates count again"
                        + " after a restart")
                .register(registry);
        for (Priority priority : Priority.values()) { // a rate needs a first value of 0
            accepted(priority);
            for (Status status : Status.values()) {
                if (status != Status.QUEUED && status != Status.RUNNING) {
                    duration(priority, status);
                }
            }
        }
        addPool(PoolName.DEFAULT);
    }

    /** Exports the metrics of a pool before its first request, because a rate needs a first value of 0. */
    void addPool(String pool) {
        for (Priority priority : Priority.values()) {
            acceptedEvaluations(pool, priority);
            finishedEvaluations(pool, priority);
        }
    }

    public void accepted(GenerateImage request) {
        accepted(request.priority()).increment();
        acceptedEvaluations(request.poolName(), request.priority())
                .increment(models.evaluations(request.poolName(), request.cost()));
    }

    public void finished(GenerateImage request, Status ended) {
        Duration duration = Duration.between(request.acceptedAt(), clock.instant());
        duration(request.priority(), ended).record(duration.isNegative() ? Duration.ZERO : duration);
        if (ended == Status.SUCCEEDED) {
            finishedEvaluations(request.poolName(), request.priority())
                    .increment(models.evaluations(request.poolName(), request.cost()));
        }
    }

    public void duplicateResult() {
        duplicates.increment();
    }

    private Counter accepted(Priority priority) {
        return Counter.builder("lorafleet.generations.accepted")
                .description("Published generation requests")
                .tag(PRIORITY, name(priority))
                .register(registry);
    }

    private Counter acceptedEvaluations(String pool, Priority priority) {
        return Counter.builder("lorafleet.evaluations.accepted")
                .description("UNet evaluations that the accepted requests need, at the model's default size")
                .tag("pool", pool)
                .tag(PRIORITY, name(priority))
                .register(registry);
    }

    private Counter finishedEvaluations(String pool, Priority priority) {
        return Counter.builder("lorafleet.evaluations.finished")
                .description("UNet evaluations of the requests that succeeded, at the model's default size")
                .tag("pool", pool)
                .tag(PRIORITY, name(priority))
                .register(registry);
    }

    private Timer duration(Priority priority, Status status) {
        return Timer.builder("lorafleet.generation.duration")
                .description("Time from the acceptance of a request to its end")
                .tag(PRIORITY, name(priority))
                .tag("status", name(status))
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
