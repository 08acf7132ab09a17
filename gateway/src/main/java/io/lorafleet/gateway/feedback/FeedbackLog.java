package io.lorafleet.gateway.feedback;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.messages.FeedbackGiven;

/** Where samples are written for the trainer to read. */
public interface FeedbackLog {

    /**
     * Returns when the sample is durable.
     *
     * @throws NotPublishedException if that cannot be said
     */
    void write(FeedbackGiven sample);
}
