// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.GatewayConfig.Limits;
import io.lorafleet.gateway.storage.ClientBlobs;
import io.lorafleet.images.BadImageException;
import io.lorafleet.images.CheckedImage;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A request's init image. Until {@link ImageDecoding} decodes the image, only the header of the file has been checked.
 *
 * @param image the image as the client sent it
 * @param reference the reference in the generate command
 */
public record InitImageFile(CheckedImage image, InitImage reference) {
    static final String FIELD = "initImage";

    /** The default in diffusers. */
    private static final double DEFAULT_STRENGTH = 0.8;

    /**
     * @param steps number of sampler steps in the request
     * @param checks collects the invalid fields
     * @return null if the init image is absent or invalid
     */
    static @Nullable InitImageFile of(GenerationRequest body, int steps, Limits limits, FieldChecks checks) {
        if (body.initImage() == null) {
            if (body.strength() != null) {
                checks.refuse("strength", "none without initImage", body.strength());
            }
            return null;
        }
        double strength = checks.share("strength", body.strength(), DEFAULT_STRENGTH);
        if (InitImage.stepsMade(steps, strength) == 0) {
            checks.refuse("strength * steps", "at least 1", strength + " * " + steps);
        }
        try {
            CheckedImage image = new ImageFileReader(limits).read(body.initImage());
            return new InitImageFile(image, new InitImage(Sha256.of(image.file()), strength));
        } catch (BadImageException e) {
            checks.refuse(FIELD, e.expected(), e.found());
            return null;
        }
    }

    /** @return width in pixels */
    int width() {
        return image.width();
    }

    /** @return height in pixels */
    int height() {
        return image.height();
    }

    /** Stores the image under the hash of its content, so that identical images are stored only once. */
    public void storeIn(ClientBlobs blobs, @Nullable String owner) {
        try {
            blobs.put(BlobKeys.initImage(reference.sha256()), image.file(), owner);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot store the init image", e);
        }
    }
}
