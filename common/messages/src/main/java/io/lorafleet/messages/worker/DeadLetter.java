// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.worker;

import io.lorafleet.messages.Check;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A record that the workers gave up on, kept whole, so that it can be looked at and sent again.
 *
 * @param requestId the record's key, or null if it had none that is an id
 * @param topic where the record was
 * @param record its value as it was, in base64
 * @param reason why it was given up; quotes nothing of the record
 * @param attempts how often a worker began it; 0 if it could not be read
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
