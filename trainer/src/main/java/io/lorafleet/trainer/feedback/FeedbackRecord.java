// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.feedback.FeedbackEvent;

/** A feedback event and its offset in the partition. */
record FeedbackRecord(long offset, FeedbackEvent event) {}
