// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.feedback.FeedbackEvent;

/** A record of feedback, and where it stands in its partition. */
record FeedbackRecord(long offset, FeedbackEvent event) {}
