// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import io.lorafleet.gateway.BadField;
import io.lorafleet.gateway.generation.Generation;
import io.lorafleet.messages.feedback.FeedbackGiven;
import java.util.List;

/** The outcome of a feedback request. */
public sealed interface FeedbackSubmission {
    /** The feedback is durable. @param samples one for each student that generated the image */
    record Published(List<FeedbackGiven> samples) implements FeedbackSubmission {
        public Published {
            samples = List.copyOf(samples);
        }
    }

    /** The request is invalid. @param badFields all invalid fields */
    record Refused(List<BadField> badFields) implements FeedbackSubmission {
        public Refused {
            badFields = List.copyOf(badFields);
        }
    }

    /** The generation does not exist. */
    record UnknownGeneration() implements FeedbackSubmission {}

    /** The result is known, but the generate command has been deleted. */
    record ForgottenRequest() implements FeedbackSubmission {}

    /** The generation has no images: it is unfinished, or it did not succeed. */
    record NotSucceeded(Generation generation) implements FeedbackSubmission {}

    /** @param index of the requested image @param images the number of images, with indexes from 0 */
    record NoSuchImage(int index, int images) implements FeedbackSubmission {}

    /** The base generated the image, alone or with styles: no student can learn from the feedback. */
    record NoStudent() implements FeedbackSubmission {}
}
