// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.feedback.FeedbackGiven;
import org.jspecify.annotations.Nullable;

/**
 * What a client says of an image, checked.
 *
 * @param rating -1 to 1
 * @param image index of the image; whether the generation has it is not checked
 * @param note null if there is none
 */
record CheckedFeedback(double rating, int image, @Nullable String note, boolean asTeacher) {
    private static final double UP = 1;
    private static final double DOWN = -1;
    private static final String RATING = "rating";
    private static final String RATINGS = DOWN + " to " + UP + ", up or down";

    /** @param checks told of what cannot be accepted */
    static CheckedFeedback of(FeedbackRequest body, FieldChecks checks) {
        boolean asTeacher = Boolean.TRUE.equals(body.asTeacher());
        double rating = rating(body.rating(), asTeacher, checks);
        int image = body.image() == null ? 0 : body.image();
        if (image < 0) {
            checks.refuse("image", "0 or more", image);
        }
        String note = body.note() == null ? null : checks.text("note", FeedbackGiven.MAX_NOTE_LENGTH, body.note(), "");
        return new CheckedFeedback(rating, image, note, asTeacher);
    }

    /** Whoever wants it as the teacher would draw it does not like it as it is. */
    private static double rating(@Nullable Object said, boolean asTeacher, FieldChecks checks) {
        if (said instanceof Number number) {
            double rating = number.doubleValue();
            if (rating < DOWN || rating > UP) {
                checks.refuse(RATING, RATINGS, rating);
            }
            return rating;
        }
        if (said == null) {
            if (!asTeacher) {
                checks.refuse(RATING, RATINGS, "none");
            }
            return DOWN;
        }
        if (said.equals("up")) {
            return UP;
        }
        if (!said.equals("down")) {
            checks.refuse(RATING, RATINGS, said instanceof String ? "another text" : "a value of another type");
        }
        return DOWN;
    }
}
