// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import org.jspecify.annotations.Nullable;

/** The body of {@code POST /v1/generations/ID/feedback}. What is null is left to the gateway's defaults. */
public record NewFeedback(
        @Nullable Double rating,
        @Nullable Integer image,
        @Nullable String note,
        @Nullable Boolean asTeacher) {}
