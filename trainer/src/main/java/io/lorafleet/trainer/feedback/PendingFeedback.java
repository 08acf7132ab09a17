// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The records of one adapter that no finished run has consumed, by their offsets. All of them, also votes that were
 * changed or withdrawn since: a run that began before that counts them as they were.
 */
final class PendingFeedback {
    private final List<FeedbackRecord> records = new ArrayList<>();
    private final Votes votes = new Votes();

    void add(FeedbackRecord record) {
        records.add(record);
        votes.apply(record.event());
    }

    /** @return what there was of it before an offset */
    PendingFeedback before(long offset) {
        return those(record -> record.offset() < offset);
    }

    /** @return what is left of it from an offset on */
    PendingFeedback from(long offset) {
        return those(record -> record.offset() >= offset);
    }

    private PendingFeedback those(Predicate<FeedbackRecord> wanted) {
        PendingFeedback some = new PendingFeedback();
        records.stream().filter(wanted).forEach(some::add);
        return some;
    }

    boolean isEmpty() {
        return records.isEmpty();
    }

    boolean has(FeedbackGiven vote) {
        return votes.has(vote.feedbackId());
    }

    /** @return how many votes count */
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

    /** @return when the first record was written; a vote that is given again makes it no younger */
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
