// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.history;

import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.PinnedAdapter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record in Kafka. Records of transactions can appear twice: with {@code committed} false when they were written, and
 * with {@code committed} true once their transaction was committed.
 */
public sealed interface TopicEvent extends HistoryEvent {
    Position position();

    /** @return Kafka's timestamp of the record, in milliseconds since the epoch */
    long at();

    /**
     * A request.
     *
     * @param content SHA-256 of the record's value
     */
    record Requested(long t, long at, Position position, String id, String content, List<PinnedAdapter> adapters)
            implements TopicEvent {}

    /** A worker started an attempt. */
    record Started(long t, long at, Position position, String id, String worker) implements TopicEvent {}

    /**
     * A result.
     *
     * @param outcome status of the generation, as in {@link ClientEvent.Observed}
     * @param reason reason for a failure, or null
     * @param content SHA-256 of the result as JSON
     */
    record Ended(
            long t,
            long at,
            Position position,
            String id,
            String worker,
            String outcome,
            @Nullable String reason,
            String content,
            List<Image> images)
            implements TopicEvent {}

    /** @param lineage origin of a trained version, or null */
    record VersionPublished(
            long t,
            long at,
            Position position,
            boolean committed,
            PinnedAdapter version,
            @Nullable Lineage lineage) implements TopicEvent {}

    /** A sample of feedback. */
    record Voted(long t, long at, Position position, String adapter, String vote) implements TopicEvent {}

    /** A trainer started or restarted a training run. */
    record RunStarted(long t, long at, Position position, String adapter, Lineage lineage, String trainer)
            implements TopicEvent {}

    /** @param version version that the run published; null if its result was rejected */
    record RunFinished(
            long t,
            long at,
            Position position,
            boolean committed,
            String adapter,
            Lineage lineage,
            @Nullable Integer version)
            implements TopicEvent {}

    /** @param resident adapters on the device, as {@code name@version} */
    record WorkerReported(
            long t, long at, Position position, String worker, int slots, int busySlots, List<String> resident)
            implements TopicEvent {}
}
