// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import org.jspecify.annotations.Nullable;

/**
 * A rating of an image, before any checks. Absent values are null.
 *
 * @param rating a number or a string if valid; any JSON value until it is checked
 * @param image index of the image in the generation
 * @param asTeacher whether the student should learn from the guided base's image for this prompt
 */
public record FeedbackRequest(
        @Nullable Object rating,
        @Nullable Integer image,
        @Nullable String note,
        @Nullable Boolean asTeacher) {}
