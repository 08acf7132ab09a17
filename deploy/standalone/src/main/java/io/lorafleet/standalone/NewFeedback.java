// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

/** The body of {@code POST /v1/generations/ID/feedback}. What is null is left to the gateway's defaults. */
record NewFeedback(Double rating, Integer image, String note, Boolean asTeacher) {}
