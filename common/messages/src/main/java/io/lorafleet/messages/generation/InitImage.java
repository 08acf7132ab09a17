// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Check;

/**
 * The image that a request's images come from.
 *
 * @param sha256 of the PNG or JPEG file, which lies in the blob store under {@link BlobKeys#initImage}
 * @param strength share of the sampler steps that are made, above 0 and at most 1; the rest of the way is taken from
 *     the image
 */
public record InitImage(String sha256, double strength) {
    public InitImage {
        Check.sha256("initImage.sha256", sha256);
        // Written so that NaN fails.
        if (!(strength > 0 && strength <= 1)) {
            throw new IllegalArgumentException(
                    "initImage.strength: expected more than 0 and at most 1, found " + strength);
        }
    }

    /** @return how many of so many steps are made: rounded down, as diffusers does, so it may be none */
    public static int stepsMade(int steps, double strength) {
        return (int) (steps * strength);
    }
}
