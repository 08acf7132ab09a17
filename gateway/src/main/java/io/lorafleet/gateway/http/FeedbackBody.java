// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.feedback.FeedbackRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON body of a {@link FeedbackRequest}. */
@Schema(name = "FeedbackRequest")
public record FeedbackBody(
        @Schema(
                oneOf = {Double.class, String.class},
                description = "A number from -1 (bad) to 1 (good), or a string: up (1) or down (-1). Required unless"
                        + " asTeacher is true; the default is then -1.")
        @Nullable
        Object rating,

        @Schema(description = "Index of the image in the generation. Default: 0.") @Nullable
        Integer image,

        @Schema(description = "Reason for the rating, as free text. Default: none.") @Nullable
        String note,

        @Schema(
                description =
                        "Whether the student should learn from the image that the base model generates with guidance"
                                + " for this prompt. Default: false.")
        @Nullable
        Boolean asTeacher) {

    FeedbackRequest request() {
        return new FeedbackRequest(rating, image, note, asTeacher);
    }
}
