// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.PoolName;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.telemetry.kafka.MessageHeaders;
import io.lorafleet.worker.BrokerClock;
import io.lorafleet.worker.WorkerConfig;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.job.ImageEngine;
import io.lorafleet.worker.job.StepCounters;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.OutgoingMessageMetadata;
import io.smallrye.reactive.messaging.kafka.Record;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes this worker's status periodically, and deletes it when the worker stops. The acknowledgements set the
 * worker's clock.
 */
@ApplicationScoped
class StatusAnnouncer {
    private static final Logger LOG = Logger.getLogger(StatusAnnouncer.class);
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);

    private final MutinyEmitter<Record<String, byte[]>> workers;
    private final WorkerConfig.Worker config;
    private final BrokerClock clock;
    private final ScheduledExecutorService scheduler =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "status"));
    private StepCounters published = new StepCounters(0, 0, 1);
    private volatile WorkerStatus.State state = WorkerStatus.State.READY;
    /** State in the latest published status; null before the first one. */
    private volatile WorkerStatus.@Nullable State announced;

    private volatile Runnable announcement = () -> {};

    StatusAnnouncer(
            @Channel("workers") MutinyEmitter<Record<String, byte[]>> workers, WorkerConfig config, BrokerClock clock) {
        this.workers = workers;
        this.config = config.worker();
        this.clock = clock;
    }

    /**
     * Announces that the worker is ready, waits for the broker, and then publishes the status periodically.
     *
     * @throws io.smallrye.mutiny.TimeoutException if the broker does not acknowledge the status in time
     */
    void begin(ImageEngine engine, ResidentAdapters adapters, IntSupplier busySlots) {
        announce(engine, adapters, busySlots.getAsInt());
        announcement = () -> {
            try {
                announce(engine, adapters, busySlots.getAsInt());
            } catch (RuntimeException | Error e) { // would stop the periodic updates
                LOG.debugf("Cannot publish the status: %s", e);
            }
        };
        long interval = WorkerStatus.INTERVAL.toMillis();
        scheduler.scheduleAtFixedRate(announcement, interval, interval, TimeUnit.MILLISECONDS);
    }

    /** Announces that the worker accepts no more requests, without waiting for the broker. */
    void drain() {
        state = WorkerStatus.State.DRAINING;
        scheduler.execute(announcement);
    }

    boolean isDraining() {
        return state == WorkerStatus.State.DRAINING;
    }

    /**
     * Deletes the worker's status, and waits for the broker.
     *
     * @throws io.smallrye.mutiny.TimeoutException if the broker does not acknowledge the record in time; callers must
     *     tolerate this, because a worker must be able to stop without a broker
     */
    void end() throws InterruptedException {
        scheduler.shutdownNow();
        scheduler.awaitTermination(SEND_TIMEOUT.toSeconds(), TimeUnit.SECONDS); // otherwise a late status could follow
        publish(null);
    }

    private void announce(ImageEngine engine, ResidentAdapters adapters, int busySlots) {
        WorkerStatus.State current = state;
        List<PinnedControlNet> controlNets = engine.controlNets();
        WorkerStatus status = new WorkerStatus(
                config.id(),
                current,
                engine.device(),
                config.slots(),
                busySlots,
                batchesSincePrevious(engine.steps()),
                engine.model(),
                adapters.names(),
                adapters.refused(),
                clock.instant(),
                PoolName.field(config.pool()),
                controlNets.isEmpty() ? null : controlNets);
        publish(Json.write(status));
        announced = current;
    }

    private void publish(byte @Nullable [] value) {
        OutgoingMessageMetadata<RecordMetadata> acknowledgement = new OutgoingMessageMetadata<>();
        Message<Record<String, byte[]>> message = Message.of(Record.of(config.id(), value))
                .addMetadata(OutgoingKafkaRecordMetadata.<String>builder()
                        .withHeaders(MessageHeaders.ofType(WorkerStatus.class))
                        .build())
                .addMetadata(acknowledgement);
        BrokerClock.Sending sending = clock.sending();
        workers.sendMessage(message).await().atMost(SEND_TIMEOUT);
        RecordMetadata metadata = acknowledgement.getResult();
        if (metadata != null) {
            sending.acknowledged(metadata.timestamp());
        }
    }

    private WorkerStatus.@Nullable Batches batchesSincePrevious(StepCounters now) {
        long steps = now.steps() - published.steps();
        double rows = now.rows() - published.rows();
        published = now;
        return steps == 0 ? null : new WorkerStatus.Batches(rows / steps, now.capacity());
    }

    /** @return the state in the latest published status; null before the first one */
    WorkerStatus.@Nullable State announced() {
        return announced;
    }
}
