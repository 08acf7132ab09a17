// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.history;

import io.lorafleet.messages.PinnedAdapter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An event of the audit at the end of a run: the start of the audit, or something that the audit found. */
public sealed interface AuditEvent extends HistoryEvent {
    /** From now on, the client queries every gateway for every generation. */
    record Began(long t) implements AuditEvent {}

    /** A blob, with the SHA-256 of its bytes. */
    record BlobFound(long t, String key, String sha256) implements AuditEvent {}

    /**
     * The manifest of a generation.
     *
     * @param outcome status of the generation, as in {@link ClientEvent.Observed}
     * @param content SHA-256 of the result as JSON, as in {@link TopicEvent.Ended}
     * @param adapters adapter versions of the request in the manifest
     */
    record ManifestFound(
            long t,
            String id,
            String outcome,
            @Nullable String content,
            List<Image> images,
            List<PinnedAdapter> adapters)
            implements AuditEvent {}
}
