// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The images are in the blob store.
 *
 * @param images in the order of their seeds
 * @param unetEvaluations what the request cost
 * @param elapsed from the worker's start to the stored images
 * @param shadow what was found of the request's shadow; null if it went without
 */
public record GenerationSucceeded(
        String requestId,
        String workerId,
        Instant at,
        List<GeneratedImage> images,
        long unetEvaluations,
        Duration elapsed,
        @Nullable ShadowMeasured shadow)
        implements GenerationFinished {
    public GenerationSucceeded {
        Check.id("requestId", requestId);
        Check.id("workerId", workerId);
        Check.present("at", at);
        images = List.copyOf(Check.present("images", images));
        Check.range("number of images", 1, GenerateImage.MAX_COUNT, images.size());
        Check.present("elapsed", elapsed);
    }

    /**
     * One image.
     *
     * @param blob its key in the blob store
     * @param sha256 of the PNG
     */
    public record GeneratedImage(int index, long seed, String blob, String sha256) {
        public GeneratedImage {
            Check.range("index", 0, GenerateImage.MAX_COUNT - 1, index);
            Check.range("seed", 0, GenerateImage.MAX_SEED, seed);
            Check.present("blob", blob);
            Check.sha256("sha256", sha256);
        }
    }
}
