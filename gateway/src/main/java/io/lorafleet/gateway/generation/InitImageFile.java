// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

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
 * The image that an order's images are to come from. Until {@link ImageDecoding}, only its header is known.
 *
 * @param image as the client sent it
 * @param reference what the request says of it
 */
public record InitImageFile(CheckedImage image, InitImage reference) {
    static final String FIELD = "initImage";

    /** As in diffusers. */
    private static final double DEFAULT_STRENGTH = 0.8;

    /**
     * @param steps of the order
     * @param checks told of what cannot be accepted
     * @return null if the order has none, or none that can be accepted
     */
    static @Nullable InitImageFile of(GenerationRequest order, int steps, Limits limits, FieldChecks checks) {
        if (order.initImage() == null) {
            if (order.strength() != null) {
                checks.refuse("strength", "none without initImage", order.strength());
            }
            return null;
        }
        double strength = checks.share("strength", order.strength(), DEFAULT_STRENGTH);
        if (InitImage.stepsMade(steps, strength) == 0) {
            checks.refuse("strength * steps", "at least 1", strength + " * " + steps);
        }
        try {
            CheckedImage image = new ImageFileReader(limits).read(order.initImage());
            return new InitImageFile(image, new InitImage(Sha256.of(image.file()), strength));
        } catch (BadImageException e) {
            checks.refuse(FIELD, e.expected(), e.found());
            return null;
        }
    }

    /** @return pixels */
    int width() {
        return image.width();
    }

    /** @return pixels */
    int height() {
        return image.height();
    }

    /** Named by its content, so the same image is stored once. */
    void storeIn(ClientBlobs blobs, @Nullable String owner) {
        try {
            blobs.put(BlobKeys.initImage(reference.sha256()), image.file(), owner);
        } catch (IOException e) {
            throw new UncheckedIOException("the init image cannot be stored", e);
        }
    }
}
