// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.feedback;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.generation.GenerateImage;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An operator's withdrawal of the feedback that one owner has given on a student's images. Every run that starts later
 * ignores the owner's feedback that precedes this record in the partition. Feedback that the owner gives afterward
 * counts.
 *
 * @param student student's adapter name; the withdrawal covers all its versions
 * @param owner owner whose feedback is withdrawn
 * @param by operator who withdrew the feedback; null without authentication
 * @param at time of the withdrawal
 */
public record FeedbackWithdrawn(
        String student, String owner, @Nullable String by, Instant at) implements FeedbackEvent {
    public FeedbackWithdrawn {
        Check.id("student", student);
        Check.atMost("owner", GenerateImage.MAX_OWNER_LENGTH, owner);
        if (by != null) {
            Check.atMost("by", GenerateImage.MAX_OWNER_LENGTH, by);
        }
        Check.present("at", at);
    }

    @Override
    public <R> R match(Function<FeedbackGiven, R> given, Function<FeedbackWithdrawn, R> withdrawn) {
        return withdrawn.apply(this);
    }
}
