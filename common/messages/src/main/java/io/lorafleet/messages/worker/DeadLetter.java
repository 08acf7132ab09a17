// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.worker;

import io.lorafleet.messages.Check;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A record that no worker could process. It is kept unchanged, so that it can be inspected and retried.
 *
 * @param requestId key of the record; null if the key is missing or is not a valid id
 * @param topic topic of the record
 * @param partition partition of the record
 * @param offset offset of the record
 * @param record value of the record, base64 in JSON
 * @param reason human-readable reason; it never quotes the record
 * @param attempts number of attempts started by workers; 0 if the record could not be parsed
 * @param workerId worker that wrote the dead letter
 * @param at time at which the dead letter was written
 */
public record DeadLetter(
        @Nullable String requestId,
        String topic,
        int partition,
        long offset,
        byte[] record,
        String reason,
        int attempts,
        String workerId,
        Instant at) {
    public DeadLetter {
        if (requestId != null) {
            Check.id("requestId", requestId);
        }
        Check.present("topic", topic);
        record = record == null ? new byte[0] : record.clone();
        Check.present("reason", reason);
        Check.id("workerId", workerId);
        Check.present("at", at);
    }

    @Override
    public byte[] record() {
        return record.clone();
    }
}
