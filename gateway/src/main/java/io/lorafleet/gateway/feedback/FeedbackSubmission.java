// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import io.lorafleet.gateway.BadField;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.messages.feedback.FeedbackGiven;
import java.util.List;

/** The outcome of a feedback request. */
public sealed interface FeedbackSubmission {
    /** Calls the method for this outcome. */
    <R> R match(Cases<R> cases);

    /** One method per outcome. */
    interface Cases<R> {
        R published(Published publication);

        R refused(Refused refusal);

        R unknownGeneration(UnknownGeneration unknown);

        R forgottenRequest(ForgottenRequest forgotten);

        R notSucceeded(NotSucceeded generation);

        R noSuchImage(NoSuchImage image);

        R noStudent(NoStudent noStudent);
    }

    /**
     * The feedback is durable.
     *
     * @param samples one sample for each student that generated the image
     */
    record Published(List<FeedbackGiven> samples) implements FeedbackSubmission {
        public Published {
            samples = List.copyOf(samples);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.published(this);
        }
    }

    /**
     * The request is invalid.
     *
     * @param badFields all invalid fields
     */
    record Refused(List<BadField> badFields) implements FeedbackSubmission {
        public Refused {
            badFields = List.copyOf(badFields);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.refused(this);
        }
    }

    /** The generation does not exist. */
    record UnknownGeneration() implements FeedbackSubmission {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.unknownGeneration(this);
        }
    }

    /** The result is known, but the generate command has been deleted. */
    record ForgottenRequest() implements FeedbackSubmission {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.forgottenRequest(this);
        }
    }

    /** The generation has no images, because it is unfinished or did not succeed. */
    record NotSucceeded(Generation generation) implements FeedbackSubmission {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.notSucceeded(this);
        }
    }

    /**
     * The generation has no image with this index.
     *
     * @param index index of the requested image
     * @param images number of images; indexes start at 0
     */
    record NoSuchImage(int index, int images) implements FeedbackSubmission {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.noSuchImage(this);
        }
    }

    /** The base generated the image, alone or with styles, so no student can learn from the feedback. */
    record NoStudent() implements FeedbackSubmission {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.noStudent(this);
        }
    }
}
