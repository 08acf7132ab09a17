package io.lorafleet.worker.kafka;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.WorkerStatus;
import io.lorafleet.worker.WorkerConfig;
import io.lorafleet.worker.job.ImageEngine;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import org.eclipse.microprofile.reactive.messaging.Channel;

/** Tells the fleet what this worker is. */
@ApplicationScoped
class StatusAnnouncer {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final MutinyEmitter<Record<String, byte[]>> workers;
    private final WorkerConfig.Worker config;
    private final Clock clock;
    private volatile WorkerStatus.State announced = WorkerStatus.State.STOPPED;

    StatusAnnouncer(
            @Channel("workers") MutinyEmitter<Record<String, byte[]>> workers, WorkerConfig config, Clock clock) {
        this.workers = workers;
        this.config = config.worker();
        this.clock = clock;
    }

    /**
     * Returns when it is on the broker.
     *
     * @throws io.smallrye.mutiny.TimeoutException if that takes too long: a worker must be able to stop without a broker
     */
    void announce(WorkerStatus.State state, ImageEngine engine) {
        WorkerStatus status =
                new WorkerStatus(config.id(), state, engine.device(), config.slots(), engine.model(), clock.instant());
        workers.send(Record.of(config.id(), Json.write(status))).await().atMost(PATIENCE);
        announced = state;
    }

    /** @return what the fleet has been told last */
    WorkerStatus.State announced() {
        return announced;
    }
}
