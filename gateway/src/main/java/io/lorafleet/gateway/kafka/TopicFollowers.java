// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.adapter.AdapterRegistry;
import io.lorafleet.gateway.generation.GenerationMetrics;
import io.lorafleet.gateway.generation.GenerationTable;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.gateway.training.TrainingTable;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationProgress;
import io.lorafleet.messages.training.TrainingEvent;
import io.lorafleet.messages.worker.WorkerStatus;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/** Consumes all topics from the start, and folds their records into the gateway's state. */
@ApplicationScoped
public class TopicFollowers {
    private static final Logger LOG = Logger.getLogger(TopicFollowers.class);

    private final GenerationTable generations;
    private final GenerationMetrics metrics;
    private final AdapterRegistry adapters;
    private final ModelDirectory models;
    private final TrainingTable trainings;
    private final DroppedRequests dropped;

    TopicFollowers(
            GenerationTable generations,
            GenerationMetrics metrics,
            AdapterRegistry adapters,
            ModelDirectory models,
            TrainingTable trainings,
            DroppedRequests dropped) {
        this.generations = generations;
        this.metrics = metrics;
        this.adapters = adapters;
        this.models = models;
        this.trainings = trainings;
        this.dropped = dropped;
    }

    @Incoming("requests")
    void request(ConsumerRecord<String, byte[]> record) {
        apply(record, GenerateImage.class, command -> {
            generations.apply(command);
            dropped.read(record, command);
        });
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
        apply(record, GenerationFinished.class, event -> {
            if (!generations.apply(event)) {
                metrics.duplicateResult();
                LOG.infof(
                        "Dropped a second result of generation %s, from worker %s",
                        event.requestId(), event.workerId());
            }
        });
    }

    @Incoming("adapters")
    void adapter(ConsumerRecord<String, byte[]> record) {
        boolean isVersion = record.key() == null || record.key().indexOf('@') >= 0;
        if (isVersion) {
            apply(record, AdapterVersion.class, adapters::apply);
        } else if (record.value() == null) {
            adapters.removeRoute(record.key());
        } else {
            apply(record, AdapterRoute.class, adapters::apply);
        }
    }

    @Incoming("trainings")
    void training(ConsumerRecord<String, byte[]> record) {
        apply(record, TrainingEvent.class, trainings::apply);
    }

    @Incoming("workers")
    void worker(ConsumerRecord<String, byte[]> record) {
        if (record.key() != null && record.value() == null) {
            models.forget(record.key());
        } else {
            apply(record, WorkerStatus.class, models::apply);
        }
    }

    /** Applies a record to the state. An invalid record is skipped, so that it does not block the records after it. */
    private static <T> void apply(ConsumerRecord<String, byte[]> record, Class<T> type, Consumer<T> fold) {
        T message;
        try {
            message = Json.read(record.value(), type);
        } catch (InvalidMessageException e) {
            LOG.warnf(
                    "Skipped an invalid record in topic %s, partition %d, offset %d: %s",
                    record.topic(), record.partition(), record.offset(), e.getMessage());
            return;
        }
        fold.accept(message);
    }
}
