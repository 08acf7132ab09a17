// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.feedback;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.lorafleet.messages.Check;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.generation.GenerateImage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Somebody said something of an image. The trainer draws it again, and learns from it.
 *
 * @param feedbackId of the vote: the same for the same owner, image and student. Of several records with one id, the
 *     latest counts
 * @param requestId the request that made the image
 * @param adapter the version that drew it; its name is the record's key
 * @param seed of this image, which need not be the request's first
 * @param width in pixels
 * @param height in pixels
 * @param steps sampler steps
 * @param rating -1 (bad) to 1 (good)
 * @param asTeacher whether the image is wanted as the guided base would draw it; false if the record does not say
 * @param note free text, or null
 * @param owner who said it; null where nobody has to say who he is, and in records of earlier releases
 */
public record FeedbackGiven(
        String feedbackId,
        String requestId,
        PinnedAdapter adapter,
        String prompt,
        String negativePrompt,
        long seed,
        int width,
        int height,
        int steps,
        double rating,
        @JsonSetter(nulls = Nulls.AS_EMPTY) boolean asTeacher,
        @Nullable String note,
        @Nullable String owner,
        Instant at)
        implements FeedbackEvent {
    public static final int MAX_NOTE_LENGTH = 2000;

    public FeedbackGiven {
        Check.id("feedbackId", feedbackId);
        Check.id("requestId", requestId);
        Check.present("adapter", adapter);
        Check.atMost("prompt", GenerateImage.MAX_PROMPT_LENGTH, prompt);
        Check.atMost("negativePrompt", GenerateImage.MAX_PROMPT_LENGTH, negativePrompt);
        Check.range("seed", 0, GenerateImage.MAX_SEED, seed);
        Check.range("width", GenerateImage.MIN_SIZE, GenerateImage.MAX_SIZE, width);
        Check.range("height", GenerateImage.MIN_SIZE, GenerateImage.MAX_SIZE, height);
        Check.range("steps", 1, GenerateImage.MAX_STEPS, steps);
        Check.range("rating", -1.0, 1.0, rating);
        if (note != null) {
            Check.atMost("note", MAX_NOTE_LENGTH, note);
        }
        if (owner != null) {
            Check.atMost("owner", GenerateImage.MAX_OWNER_LENGTH, owner);
        }
        Check.present("at", at);
    }

    @Override
    public String student() {
        return adapter.name();
    }
}
