// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.feedback;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.generation.GenerateImage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An operator takes back what one owner has said of a student's images so far. What stands before this record in the
 * partition counts in no run that has not begun yet; what the owner says afterwards counts again.
 *
 * @param student its name, whichever versions drew the images
 * @param by the operator; null where nobody has to say who he is
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
}
