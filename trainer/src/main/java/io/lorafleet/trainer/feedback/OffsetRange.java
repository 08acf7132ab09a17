// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The feedback that one of an adapter's runs consumes.
 *
 * @param fromOffset end of the previous run's offset range
 * @param toOffset offset after the last record
 * @param samples votes that count at the end of the range, at most one per feedback id; empty if all were withdrawn
 * @param withdrawals withdrawals in the range; they also apply to earlier runs' samples
 * @param inProgress lineage that an unfinished run announced when it started; null for a new run
 */
public record OffsetRange(
        String adapter,
        int partition,
        long fromOffset,
        long toOffset,
        List<FeedbackGiven> samples,
        List<FeedbackWithdrawn> withdrawals,
        @Nullable Lineage inProgress) {
    public OffsetRange {
        samples = List.copyOf(samples);
        withdrawals = List.copyOf(withdrawals);
    }
}
