// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.record;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationProgress;
import io.lorafleet.messages.training.TrainingEvent;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.standalone.history.Position;
import io.lorafleet.standalone.history.TopicEvent;
import io.lorafleet.storage.Sha256;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Turns a record into an event of the history. */
final class RecordDecoder {
    private final boolean committed;

    /** @param committed whether only committed records are read */
    RecordDecoder(boolean committed) {
        this.committed = committed;
    }

    /** @return the event; empty if the record is not needed in the history, or cannot be read */
    Optional<TopicEvent> decode(long t, ConsumerRecord<String, byte[]> record) {
        Position position = new Position(record.topic(), record.partition(), record.offset());
        try {
            return Optional.ofNullable(decode(t, record.timestamp(), position, record.key(), record.value()));
        } catch (InvalidMessageException e) {
            return Optional.empty();
        }
    }

    /**
     * @return a hash of the request without its acceptance time, which is all that differs if two gateways accept the
     *     same request at the same moment
     */
    private static String content(byte[] request) {
        ObjectNode fields = Json.read(request, ObjectNode.class);
        fields.remove("acceptedAt");
        return Sha256.of(Json.write(fields));
    }

    private @Nullable TopicEvent decode(
            long t, long at, Position position, @Nullable String key, byte @Nullable [] value) {
        if (value == null) {
            return null;
        }
        String topic = position.topic();
        if (Topic.poolOf("", topic).isPresent()) {
            GenerateImage request = Json.read(value, GenerateImage.class);
            return new TopicEvent.Requested(
                    t,
                    at,
                    position,
                    request.requestId(),
                    content(value),
                    request.adapters().stream().map(AppliedAdapter::adapter).toList());
        }
        if (topic.equals(Topic.PROGRESS.in(""))) {
            return Json.read(value, GenerationProgress.class)
                    .match(
                            started -> new TopicEvent.Started(t, at, position, started.requestId(), started.workerId()),
                            step -> null);
        }
        if (topic.equals(Topic.RESULTS.in(""))) {
            GenerationFinished end = Json.read(value, GenerationFinished.class);
            return new TopicEvent.Ended(
                    t,
                    at,
                    position,
                    end.requestId(),
                    end.workerId(),
                    Ends.outcome(end),
                    Ends.reason(end),
                    Ends.content(end),
                    Ends.images(end));
        }
        if (topic.equals(Topic.ADAPTERS.in("")) && key != null && key.indexOf('@') >= 0) {
            AdapterVersion version = Json.read(value, AdapterVersion.class);
            return new TopicEvent.VersionPublished(t, at, position, committed, version.pinned(), version.lineage());
        }
        if (topic.equals(Topic.TRAININGS.in(""))) {
            return Json.read(value, TrainingEvent.class)
                    .match(
                            started -> new TopicEvent.RunStarted(
                                    t, at, position, started.adapter(), started.lineage(), started.trainerId()),
                            progressed -> null,
                            end -> new TopicEvent.RunFinished(
                                    t, at, position, committed, end.adapter(), end.lineage(), end.version()),
                            decided -> null);
        }
        if (topic.equals(Topic.FEEDBACK.in(""))) {
            return Json.read(value, FeedbackEvent.class)
                    .match(
                            given -> new TopicEvent.Voted(t, at, position, given.student(), given.feedbackId()),
                            withdrawn -> null);
        }
        if (topic.equals(Topic.WORKERS.in(""))) {
            WorkerStatus status = Json.read(value, WorkerStatus.class);
            List<String> resident = status.residentAdapters();
            return new TopicEvent.WorkerReported(
                    t, at, position, status.workerId(), status.slots(), status.busySlots(), resident);
        }
        return null;
    }
}
