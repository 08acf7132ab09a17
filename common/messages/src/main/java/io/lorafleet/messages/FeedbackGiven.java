package io.lorafleet.messages;

import java.time.Instant;

/**
 * Somebody rated a picture. The trainer learns from it.
 *
 * @param feedbackId unique, so that a repeated record counts once
 * @param requestId the request that made the picture
 * @param adapter the version that drew it; its name is the record's key
 * @param rating -1 (bad) to 1 (good)
 * @param note free text, or null
 */
public record FeedbackGiven(
        String feedbackId,
        String requestId,
        PinnedAdapter adapter,
        String prompt,
        String negativePrompt,
        long seed,
        double rating,
        String note,
        Instant at) {
    public static final int MAX_NOTE_LENGTH = 2000;

    public FeedbackGiven {
        Check.id("feedbackId", feedbackId);
        Check.id("requestId", requestId);
        Check.present("adapter", adapter);
        Check.atMost("prompt", GenerateImage.MAX_PROMPT_LENGTH, prompt);
        Check.atMost("negativePrompt", GenerateImage.MAX_PROMPT_LENGTH, negativePrompt);
        Check.range("seed", 0, GenerateImage.MAX_SEED, seed);
        Check.range("rating", -1.0, 1.0, rating);
        if (note != null) {
            Check.atMost("note", MAX_NOTE_LENGTH, note);
        }
        Check.present("at", at);
    }
}
