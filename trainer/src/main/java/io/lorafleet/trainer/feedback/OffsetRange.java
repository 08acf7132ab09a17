// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The feedback that one run of an adapter consumes.
 *
 * @param fromOffset where the adapter's run before ended
 * @param toOffset behind the last record
 * @param samples votes as they stand at the end of the stretch, each feedback id once; none if all were withdrawn
 * @param withdrawals in the stretch, which concern earlier runs' samples too
 * @param begun what a run that was not finished said of it when it began; null if none has begun
 */
public record OffsetRange(
        String adapter,
        int partition,
        long fromOffset,
        long toOffset,
        List<FeedbackGiven> samples,
        List<FeedbackWithdrawn> withdrawals,
        @Nullable Lineage begun) {
    public OffsetRange {
        samples = List.copyOf(samples);
        withdrawals = List.copyOf(withdrawals);
    }
}
