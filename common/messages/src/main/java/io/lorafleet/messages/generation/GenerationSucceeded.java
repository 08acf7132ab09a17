// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The request succeeded, and its images are in the blob store.
 *
 * @param requestId id of the request
 * @param workerId worker that generated the images
 * @param at time of the result
 * @param images images in the order of their seeds
 * @param unetEvaluations number of UNet evaluations that the request needed
 * @param elapsed time from the start of the attempt until the images were stored
 * @param shadow measurement of the request's shadow; null if there is none
 * @param tokens tokens of the prompts; null if the worker's release did not count them
 */
public record GenerationSucceeded(
        String requestId,
        String workerId,
        Instant at,
        List<GeneratedImage> images,
        long unetEvaluations,
        Duration elapsed,
        @Nullable ShadowMeasured shadow,
        @Nullable PromptTokens tokens)
        implements GenerationFinished {
    public GenerationSucceeded {
        Check.id("requestId", requestId);
        Check.id("workerId", workerId);
        Check.present("at", at);
        images = List.copyOf(Check.present("images", images));
        Check.range("number of images", 1, GenerateImage.MAX_COUNT, images.size());
        Check.present("elapsed", elapsed);
    }

    /** Creates a result without token counts. */
    public GenerationSucceeded(
            String requestId,
            String workerId,
            Instant at,
            List<GeneratedImage> images,
            long unetEvaluations,
            Duration elapsed,
            @Nullable ShadowMeasured shadow) {
        this(requestId, workerId, at, images, unetEvaluations, elapsed, shadow, null);
    }

    /**
     * One generated image.
     *
     * @param index index of the image in the request, starting at 0
     * @param seed seed of the image
     * @param blob key in the blob store
     * @param sha256 SHA-256 of the PNG
     */
    public record GeneratedImage(int index, long seed, String blob, String sha256) {
        public GeneratedImage {
            Check.range("index", 0, GenerateImage.MAX_COUNT - 1, index);
            Check.range("seed", 0, GenerateImage.MAX_SEED, seed);
            Check.present("blob", blob);
            Check.sha256("sha256", sha256);
        }
    }

    @Override
    public <R> R match(
            Function<GenerationSucceeded, R> succeeded,
            Function<GenerationFailed, R> failed,
            Function<GenerationCancelled, R> cancelled,
            Function<GenerationExpired, R> expired) {
        return succeeded.apply(this);
    }
}
