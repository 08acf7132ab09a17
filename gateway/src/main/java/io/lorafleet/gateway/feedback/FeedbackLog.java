// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.messages.feedback.FeedbackEvent;

/** Where feedback, and what is withdrawn of it, is written for the trainer to read. */
public interface FeedbackLog {

    /**
     * Returns when the event is durable.
     *
     * @throws NotPublishedException if that cannot be said
     */
    void write(FeedbackEvent event);
}
