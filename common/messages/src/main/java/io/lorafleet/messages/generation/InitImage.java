// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Check;
import org.jspecify.annotations.Nullable;

/**
 * The starting image of an image-to-image generation.
 *
 * @param sha256 SHA-256 of the PNG or JPEG file, which is stored in the blob store under {@link BlobKeys#initImage}
 * @param strength share of the sampler steps to run, greater than 0 and at most 1; the init image replaces the
 *     earlier steps
 * @param mask part of the image that is repainted, since version 3 of {@link GenerateImage}; null for the whole image
 */
public record InitImage(
        String sha256, double strength, @Nullable InitImageMask mask) {
    public InitImage {
        Check.sha256("initImage.sha256", sha256);
        // A comparison with NaN is false.
        if (!(strength > 0 && strength <= 1)) {
            throw new IllegalArgumentException(
                    "initImage.strength: expected a number greater than 0 and at most 1, found " + strength);
        }
    }

    /** Creates an init image without a mask. */
    public InitImage(String sha256, double strength) {
        this(sha256, strength, null);
    }

    /** @return the number of steps to run at this strength, rounded down as in diffusers; may be 0 */
    public static int stepsMade(int steps, double strength) {
        return (int) (steps * strength);
    }
}
