// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.feedback.FeedbackGiven;
import org.jspecify.annotations.Nullable;

/**
 * Validated feedback.
 *
 * @param rating rating from -1 to 1
 * @param image index of the image; not checked against the generation
 * @param note note from the owner; null if absent
 * @param asTeacher whether the student should learn from the teacher's image
 */
record CheckedFeedback(double rating, int image, @Nullable String note, boolean asTeacher) {
    private static final double UP = 1;
    private static final double DOWN = -1;
    private static final String RATING = "rating";
    private static final String RATINGS = DOWN + " to " + UP + ", up or down";

    /** @param checks collects the invalid fields */
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

    /** Without a rating, a request for the teacher's image implies the lowest rating. */
    private static double rating(@Nullable Object value, boolean asTeacher, FieldChecks checks) {
        if (value instanceof Number number) {
            double rating = number.doubleValue();
            if (rating < DOWN || rating > UP) {
                checks.refuse(RATING, RATINGS, rating);
            }
            return rating;
        }
        if (value == null) {
            if (!asTeacher) {
                checks.refuse(RATING, RATINGS, "none");
            }
            return DOWN;
        }
        if (value.equals("up")) {
            return UP;
        }
        if (!value.equals("down")) {
            checks.refuse(RATING, RATINGS, value instanceof String ? "another string" : "a value of another type");
        }
        return DOWN;
    }
}
