// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a client says of an image. Null is nothing said.
 *
 * @param rating a number or a text, and, because JSON knows no such choice, anything else until it is checked
 */
public record FeedbackRequest(
        @Schema(
                oneOf = {Double.class, String.class},
                description = "From -1 (bad) to 1 (good), or up or down for these two. Required, unless asTeacher is"
                        + " true; then -1 is the default.")
        @Nullable
        Object rating,

        @Schema(description = "Which image of the generation. Default: 0.") @Nullable
        Integer image,

        @Schema(description = "Why, in your own words.") @Nullable
        String note,

        @Schema(description = "Whether the image is wanted as the guided base would draw it. Default: false.") @Nullable
        Boolean asTeacher) {}
