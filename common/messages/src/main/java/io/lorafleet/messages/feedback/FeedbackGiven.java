// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.feedback;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.lorafleet.messages.Check;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.generation.GenerateImage;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A rating of one image. In training, the rating determines the weight of the image's prompt: the lower the rating, the
 * higher the weight.
 *
 * @param feedbackId id of the vote, which depends only on the owner, the image and the student. The latest record with
 *     an id counts
 * @param requestId request that generated the image
 * @param adapter version that generated the image; its name is the record's key
 * @param prompt prompt of the image
 * @param negativePrompt negative prompt of the image; may be empty
 * @param seed seed of this image; the first image of the request may have a different seed
 * @param width width of the image, in pixels
 * @param height height of the image, in pixels
 * @param steps number of sampler steps
 * @param rating rating from -1 (bad) to 1 (good)
 * @param asTeacher whether the owner asked for the image that the teacher would generate; false if the field is absent
 * @param note free text of at most {@value #MAX_NOTE_LENGTH} characters, or null
 * @param owner owner who gave the feedback; null without authentication, and in records from earlier releases
 * @param at time of the feedback
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

    @Override
    public <R> R match(Function<FeedbackGiven, R> given, Function<FeedbackWithdrawn, R> withdrawn) {
        return given.apply(this);
    }
}
