// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Check;

/**
 * The mask of an init image. White parts are repainted, and black parts are kept.
 *
 * @param sha256 SHA-256 of the PNG or JPEG file, which is stored in the blob store under {@link BlobKeys#initImage}
 * @param keepUnmasked whether the pixels outside the mask are those of the init image. Otherwise, they have passed
 *     through the autoencoder, as in diffusers
 */
public record InitImageMask(String sha256, boolean keepUnmasked) {
    public InitImageMask {
        Check.sha256("initImage.mask.sha256", sha256);
    }
}
