// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import io.lorafleet.gateway.BadField;
import io.lorafleet.gateway.generation.Generation;
import io.lorafleet.messages.feedback.FeedbackGiven;
import java.util.List;

/** What became of feedback. */
public sealed interface FeedbackSubmission {
    /** The trainer will get it. @param samples one for each student that drew the image */
    record Published(List<FeedbackGiven> samples) implements FeedbackSubmission {
        public Published {
            samples = List.copyOf(samples);
        }
    }

    /** These fields cannot be accepted: all of them, not just the first. */
    record Refused(List<BadField> badFields) implements FeedbackSubmission {
        public Refused {
            badFields = List.copyOf(badFields);
        }
    }

    /** There is no such generation. */
    record UnknownGeneration() implements FeedbackSubmission {}

    /** How it ended is known, but no longer what was asked for. */
    record ForgottenRequest() implements FeedbackSubmission {}

    /** It has no images: not yet, or it never will. */
    record NotSucceeded(Generation generation) implements FeedbackSubmission {}

    /** @param index that was asked for  @param images how many there are, numbered from 0 */
    record NoSuchImage(int index, int images) implements FeedbackSubmission {}

    /** The base drew it, alone or with styles: there is nobody to learn from what is said. */
    record NoStudent() implements FeedbackSubmission {}
}
