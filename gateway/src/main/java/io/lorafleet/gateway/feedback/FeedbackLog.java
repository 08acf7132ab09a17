// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.messages.feedback.FeedbackEvent;

/** The log of feedback and withdrawals, which the trainer reads. */
public interface FeedbackLog {

    /**
     * Writes the event, and returns when it is durable.
     *
     * @throws NotPublishedException if the broker does not acknowledge the event
     */
    void write(FeedbackEvent event);
}
