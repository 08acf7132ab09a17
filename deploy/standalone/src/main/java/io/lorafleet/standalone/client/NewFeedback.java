// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /v1/generations/ID/feedback}. If a field is null, the gateway uses the field's default, if
 * there is one.
 */
public record NewFeedback(
        @Nullable Double rating,
        @Nullable Integer image,
        @Nullable String note,
        @Nullable Boolean asTeacher) {}
