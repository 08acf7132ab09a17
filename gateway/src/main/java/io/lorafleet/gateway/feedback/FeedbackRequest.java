// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import org.jspecify.annotations.Nullable;

/**
 * A rating of an image, not yet checked. Null stands for an absent value.
 *
 * @param rating a number or a string; any other JSON value until it is checked
 * @param image index of the image in the generation
 * @param asTeacher whether the student should learn the guided base's image for this prompt
 */
public record FeedbackRequest(
        @Nullable Object rating,
        @Nullable Integer image,
        @Nullable String note,
        @Nullable Boolean asTeacher) {}
