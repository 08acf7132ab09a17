// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.adapter.RouteLog;
import io.lorafleet.gateway.generation.state.GenerationMetrics;
import io.lorafleet.gateway.generation.state.GenerationTable;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.gateway.training.TrainingTable;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationProgress;
import io.lorafleet.messages.training.TrainingEvent;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.telemetry.RequestLog;
import io.lorafleet.telemetry.Spans;
import io.lorafleet.telemetry.kafka.RecordSpans;
import io.opentelemetry.api.trace.Span;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/** Consumes all topics, and folds their records into the gateway's state. */
@ApplicationScoped
public class TopicFollowers {
    private static final Logger LOG = Logger.getLogger(TopicFollowers.class);

    private final GenerationTable generations;
    private final GenerationMetrics metrics;
    private final RouteLog routes;
    private final ModelDirectory models;
    private final TrainingTable trainings;
    private final UnfinishedRequests unfinished;
    private final FoldedOffsets folded;

    TopicFollowers(
            GenerationTable generations,
            GenerationMetrics metrics,
            RouteLog routes,
            ModelDirectory models,
            TrainingTable trainings,
            UnfinishedRequests unfinished,
            FoldedOffsets folded) {
        this.generations = generations;
        this.metrics = metrics;
        this.routes = routes;
        this.models = models;
        this.trainings = trainings;
        this.unfinished = unfinished;
        this.folded = folded;
    }

    @Incoming("requests")
    void request(ConsumerRecord<String, byte[]> record) {
        RequestLog log = RequestLog.of(record.key());
        try (log) {
            unfinished.requested(record); // first, so that a result that is read at the same time is not missed
            apply(record, GenerateImage.class, generations::apply);
            if (generations.isFinished(record.key())) {
                unfinished.finished(record.key());
            }
        }
    }

    @Incoming("batch-requests")
    void batchRequest(ConsumerRecord<String, byte[]> record) {
        request(record);
    }

    @Incoming("control")
    void control(ConsumerRecord<String, byte[]> record) {
        apply(record, CancelGeneration.class, generations::apply);
    }

    @Incoming("progress")
    void progress(ConsumerRecord<String, byte[]> record) {
        apply(record, GenerationProgress.class, generations::apply);
    }

    @Incoming("results")
    void result(ConsumerRecord<String, byte[]> record) {
        // While the gateway is catching up, it reads results whose traces have long been complete.
        Span span = unfinished.areSettled() ? RecordSpans.process(record) : Span.getInvalid();
        RequestLog log = RequestLog.of(record.key());
        try (log) {
            apply(record, GenerationFinished.class, event -> finished(event, span));
            unfinished.finished(record.key());
        } finally {
            span.end();
        }
    }

    private void finished(GenerationFinished event, Span span) {
        span.setAttribute(Spans.REQUEST, event.requestId());
        if (!generations.apply(event)) {
            metrics.duplicateResult();
            LOG.infof(
                    "Dropped a second result for generation %s, published by worker %s",
                    event.requestId(), event.workerId());
        }
    }

    @Incoming("adapters")
    void adapter(ConsumerRecord<String, byte[]> record) {
        apply(record, () -> AdapterEvent.read(record), this::adapter);
    }

    private void adapter(AdapterEvent event) {
        if (!routes.read(event) && unfinished.areSettled()) { // while catching up, an old record may have been restored
            Infrastructure.getDefaultWorkerPool().execute(() -> restore(event.adapter()));
        }
    }

    private void restore(String adapter) {
        try {
            routes.restore(adapter);
        } catch (NotPublishedException e) {
            LOG.warnf("Cannot restore the route of adapter %s: %s", adapter, e.getMessage());
        }
    }

    @Incoming("trainings")
    void training(ConsumerRecord<String, byte[]> record) {
        apply(record, TrainingEvent.class, trainings::apply);
    }

    @Incoming("training-progress")
    void trainingProgress(ConsumerRecord<String, byte[]> record) {
        training(record);
    }

    @Incoming("workers")
    void worker(ConsumerRecord<String, byte[]> record) {
        if (record.key() != null && record.value() == null) {
            models.forget(record.key());
            folded.folded(record);
        } else {
            apply(record, WorkerStatus.class, status -> seen(status, record));
        }
    }

    /** A worker's own clock can be wrong. While the gateway is catching up, the broker's time is the best estimate. */
    private void seen(WorkerStatus status, ConsumerRecord<?, ?> record) {
        if (unfinished.areSettled()) {
            models.apply(status);
        } else {
            models.apply(status, Instant.ofEpochMilli(record.timestamp()));
        }
    }

    private <T> void apply(ConsumerRecord<String, byte[]> record, Class<T> type, Consumer<T> fold) {
        apply(record, () -> Json.read(record.value(), type), fold);
    }

    /** Skips invalid records, so that they do not block the records after them. */
    private <T> void apply(ConsumerRecord<String, byte[]> record, Supplier<T> reader, Consumer<T> fold) {
        T message;
        try {
            message = reader.get();
        } catch (InvalidMessageException e) {
            LOG.warnf(
                    "Skipped an invalid record in topic %s, partition %d, offset %d: %s",
                    record.topic(), record.partition(), record.offset(), e.getMessage());
            folded.folded(record);
            return;
        }
        fold.accept(message);
        folded.folded(record);
    }
}
