// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * One adapter's pending records, in offset order. Votes that were changed or withdrawn stay in the list, because a run
 * that started before the change uses the earlier state.
 */
final class PendingFeedback {
    private final List<FeedbackRecord> records = new ArrayList<>();
    private final Votes votes = new Votes();

    void add(FeedbackRecord record) {
        records.add(record);
        votes.apply(record.event());
    }

    /** @return the records before an offset */
    PendingFeedback before(long offset) {
        return filtered(record -> record.offset() < offset);
    }

    /** @return the records at or after an offset */
    PendingFeedback from(long offset) {
        return filtered(record -> record.offset() >= offset);
    }

    private PendingFeedback filtered(Predicate<FeedbackRecord> wanted) {
        PendingFeedback filtered = new PendingFeedback();
        records.stream().filter(wanted).forEach(filtered::add);
        return filtered;
    }

    boolean isEmpty() {
        return records.isEmpty();
    }

    boolean has(FeedbackGiven vote) {
        return votes.has(vote.feedbackId());
    }

    /** @return the number of records, including votes that were changed or withdrawn */
    int records() {
        return records.size();
    }

    /** @return the number of votes that count */
    int samples() {
        return votes.count();
    }

    List<FeedbackGiven> standing() {
        return votes.standing();
    }

    List<FeedbackWithdrawn> withdrawals() {
        return records.stream()
                .map(FeedbackRecord::event)
                .filter(FeedbackWithdrawn.class::isInstance)
                .map(FeedbackWithdrawn.class::cast)
                .toList();
    }

    /** @return the time of the first record; a repeated vote does not change it */
    Instant oldest() {
        return records.get(0).event().at();
    }

    long firstOffset() {
        return records.get(0).offset();
    }

    long lastOffset() {
        return records.get(records.size() - 1).offset();
    }
}
