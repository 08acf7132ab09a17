// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.worker.WorkerConfig;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.job.ImageEngine;
import io.lorafleet.worker.job.StepCounters;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Tells the fleet what this worker is and how it stands, again and again. */
@ApplicationScoped
class StatusAnnouncer {
    private static final Logger LOG = Logger.getLogger(StatusAnnouncer.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final MutinyEmitter<Record<String, byte[]>> workers;
    private final WorkerConfig.Worker config;
    private final Clock clock;
    private final ScheduledExecutorService repeating =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "status"));
    private StepCounters told = new StepCounters(0, 0, 1);
    private volatile WorkerStatus.State announced = WorkerStatus.State.STOPPED;

    StatusAnnouncer(
            @Channel("workers") MutinyEmitter<Record<String, byte[]>> workers, WorkerConfig config, Clock clock) {
        this.workers = workers;
        this.config = config.worker();
        this.clock = clock;
    }

    /**
     * Returns when it is on the broker that the worker is ready; from then on it is repeated.
     *
     * @throws io.smallrye.mutiny.TimeoutException if that takes too long
     */
    void begin(ImageEngine engine, ResidentAdapters adapters, IntSupplier busySlots) {
        announce(WorkerStatus.State.READY, engine, adapters, busySlots.getAsInt());
        long interval = WorkerStatus.INTERVAL.toMillis();
        repeating.scheduleAtFixedRate(
                () -> {
                    try {
                        announce(WorkerStatus.State.READY, engine, adapters, busySlots.getAsInt());
                    } catch (RuntimeException e) { // an exception would end the repetition
                        LOG.debugf("the fleet could not be told how this worker stands: %s", e);
                    }
                },
                interval,
                interval,
                TimeUnit.MILLISECONDS);
    }

    /**
     * Returns when it is on the broker that the worker has stopped.
     *
     * @throws io.smallrye.mutiny.TimeoutException if that takes too long: a worker must be able to stop without a broker
     */
    void end(ImageEngine engine, ResidentAdapters adapters) throws InterruptedException {
        repeating.shutdownNow();
        repeating.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS); // else it could be said that it is ready
        announce(WorkerStatus.State.STOPPED, engine, adapters, 0);
    }

    private void announce(WorkerStatus.State state, ImageEngine engine, ResidentAdapters adapters, int busySlots) {
        WorkerStatus status = new WorkerStatus(
                config.id(),
                state,
                engine.device(),
                config.slots(),
                busySlots,
                batchesSinceLast(engine.steps()),
                engine.model(),
                adapters.names(),
                adapters.refused(),
                clock.instant());
        workers.send(Record.of(config.id(), Json.write(status))).await().atMost(PATIENCE);
        announced = state;
    }

    private WorkerStatus.@Nullable Batches batchesSinceLast(StepCounters now) {
        long steps = now.steps() - told.steps();
        double rows = now.rows() - told.rows();
        told = now;
        return steps == 0 ? null : new WorkerStatus.Batches(rows / steps, now.capacity());
    }

    /** @return what the fleet has been told last */
    WorkerStatus.State announced() {
        return announced;
    }
}
