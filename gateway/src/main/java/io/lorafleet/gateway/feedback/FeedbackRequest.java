// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import org.jspecify.annotations.Nullable;

/**
 * An unchecked rating of an image. Null stands for an absent value.
 *
 * @param rating a number or a string; before the check, it can be any JSON value
 * @param image index of the image in the generation
 * @param asTeacher whether the student should learn the guided base's image for this prompt
 */
public record FeedbackRequest(
        @Nullable Object rating,
        @Nullable Integer image,
        @Nullable String note,
        @Nullable Boolean asTeacher) {}
