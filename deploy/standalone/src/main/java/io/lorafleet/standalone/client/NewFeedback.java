// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import org.jspecify.annotations.Nullable;

/** The body of {@code POST /v1/generations/ID/feedback}. The gateway sets a default for each field that is null. */
public record NewFeedback(
        @Nullable Double rating,
        @Nullable Integer image,
        @Nullable String note,
        @Nullable Boolean asTeacher) {}
