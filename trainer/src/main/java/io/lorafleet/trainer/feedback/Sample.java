package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.FeedbackGiven;

/** A record of feedback, and where it stands in its partition. */
public record Sample(long offset, FeedbackGiven feedback) {}
