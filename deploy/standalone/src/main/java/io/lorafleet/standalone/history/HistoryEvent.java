// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.history;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** One line of a history. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ClientEvent.Submitted.class, name = "submitted"),
    @JsonSubTypes.Type(value = ClientEvent.Observed.class, name = "observed"),
    @JsonSubTypes.Type(value = ClientEvent.Downloaded.class, name = "downloaded"),
    @JsonSubTypes.Type(value = ClientEvent.CancelAsked.class, name = "cancel-asked"),
    @JsonSubTypes.Type(value = TopicEvent.Requested.class, name = "requested"),
    @JsonSubTypes.Type(value = TopicEvent.Started.class, name = "started"),
    @JsonSubTypes.Type(value = TopicEvent.Ended.class, name = "ended"),
    @JsonSubTypes.Type(value = TopicEvent.VersionPublished.class, name = "version-published"),
    @JsonSubTypes.Type(value = TopicEvent.Voted.class, name = "voted"),
    @JsonSubTypes.Type(value = TopicEvent.RunStarted.class, name = "run-started"),
    @JsonSubTypes.Type(value = TopicEvent.RunFinished.class, name = "run-finished"),
    @JsonSubTypes.Type(value = TopicEvent.WorkerReported.class, name = "worker-reported"),
    @JsonSubTypes.Type(value = WorkerEvent.Taken.class, name = "taken"),
    @JsonSubTypes.Type(value = WorkerEvent.Acknowledged.class, name = "acknowledged"),
    @JsonSubTypes.Type(value = WorkerEvent.Disconnected.class, name = "disconnected"),
    @JsonSubTypes.Type(value = WorkerEvent.Exited.class, name = "exited"),
    @JsonSubTypes.Type(value = FaultEvent.Began.class, name = "fault-began"),
    @JsonSubTypes.Type(value = FaultEvent.Struck.class, name = "fault-struck"),
    @JsonSubTypes.Type(value = FaultEvent.Healed.class, name = "healed"),
    @JsonSubTypes.Type(value = FaultEvent.BlobDamaged.class, name = "blob-damaged"),
    @JsonSubTypes.Type(value = AuditEvent.Began.class, name = "audit-began"),
    @JsonSubTypes.Type(value = AuditEvent.BlobFound.class, name = "blob-found"),
    @JsonSubTypes.Type(value = AuditEvent.ManifestFound.class, name = "manifest-found")
})
public sealed interface HistoryEvent permits ClientEvent, TopicEvent, WorkerEvent, FaultEvent, AuditEvent {
    /**
     * @return milliseconds since the start of the run, by the monotonic clock of the process that recorded the event
     */
    long t();
}
