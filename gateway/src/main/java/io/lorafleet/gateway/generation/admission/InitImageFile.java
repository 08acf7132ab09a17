// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.GatewayConfig.Limits;
import io.lorafleet.gateway.storage.ClientBlobs;
import io.lorafleet.images.BadImageException;
import io.lorafleet.images.CheckedImage;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.messages.generation.InitImageMask;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A request's init image and its mask. Until {@link ImageDecoding} decodes the files, only their headers have been
 * checked.
 *
 * @param image the image as the client sent it
 * @param mask the mask as the client sent it, which has the size of the image; null to repaint the whole image
 * @param reference the references in the generate command
 */
public record InitImageFile(CheckedImage image, @Nullable CheckedImage mask, InitImage reference) {
    static final String FIELD = "initImage";
    static final String MASK_FIELD = "mask";

    /** The default in diffusers. */
    private static final double DEFAULT_STRENGTH = 0.8;
    /** The default of diffusers' inpainting pipeline. */
    private static final double DEFAULT_STRENGTH_WITH_MASK = 1;

    /**
     * @param steps number of sampler steps in the request
     * @param checks collects the invalid fields
     * @return null if the init image is absent or invalid
     */
    static @Nullable InitImageFile of(
            GenerationRequest body, BaseModel model, int steps, Limits limits, FieldChecks checks) {
        refuseFieldsWithoutTheirImage(body, model, checks);
        if (body.initImage() == null) {
            return null;
        }
        double byDefault = body.mask() == null ? DEFAULT_STRENGTH : DEFAULT_STRENGTH_WITH_MASK;
        double strength = checks.share("strength", body.strength(), byDefault);
        if (InitImage.stepsMade(steps, strength) == 0) {
            checks.refuse("strength * steps", "at least 1", strength + " * " + steps);
        }
        CheckedImage image = read(FIELD, body.initImage(), limits.maxInitImageBytes(), limits, checks);
        if (image == null) {
            return null;
        }
        CheckedImage mask = mask(body, image, limits, checks);
        InitImageMask ofMask = mask == null
                ? null
                : new InitImageMask(Sha256.of(mask.file()), Boolean.TRUE.equals(body.keepUnmasked()));
        return new InitImageFile(image, mask, new InitImage(Sha256.of(image.file()), strength, ofMask));
    }

    private static void refuseFieldsWithoutTheirImage(GenerationRequest body, BaseModel model, FieldChecks checks) {
        if (body.initImage() == null && body.strength() != null) {
            checks.refuse("strength", "none without initImage", body.strength());
        }
        if (body.initImage() == null && body.mask() != null) {
            checks.refuse(MASK_FIELD, "none without initImage", "a file");
        }
        if (body.mask() == null && body.keepUnmasked() != null) {
            checks.refuse("keepUnmasked", "none without mask", body.keepUnmasked());
        }
        if (body.mask() == null && model.isInpainting()) {
            checks.refuse(
                    MASK_FIELD,
                    "an init image and a mask, because " + model.name() + " is an inpainting model",
                    "none");
        }
    }

    /** Both files together are limited like a single init image, so a mask needs no larger body. */
    private static @Nullable CheckedImage mask(
            GenerationRequest body, CheckedImage image, Limits limits, FieldChecks checks) {
        if (body.mask() == null) {
            return null;
        }
        CheckedImage mask =
                read(MASK_FIELD, body.mask(), limits.maxInitImageBytes() - image.file().length, limits, checks);
        if (mask != null && (mask.width() != image.width() || mask.height() != image.height())) {
            checks.refuse(
                    MASK_FIELD,
                    image.width() + " x " + image.height() + " pixels, the size of the init image",
                    mask.width() + " x " + mask.height());
            return null;
        }
        return mask;
    }

    private static @Nullable CheckedImage read(
            String field, String text, int maxBytes, Limits limits, FieldChecks checks) {
        try {
            return new ImageFileReader(maxBytes, limits.maxInitImagePixels()).read(text);
        } catch (BadImageException e) {
            checks.refuse(field, e.expected(), e.found());
            return null;
        }
    }

    /** @return size of both files together */
    int bytes() {
        return image.file().length + (mask == null ? 0 : mask.file().length);
    }

    void storeIn(ClientBlobs blobs, @Nullable String owner) throws IOException {
        blobs.put(BlobKeys.initImage(reference.sha256()), image.file(), owner);
        if (mask != null && reference.mask() != null) {
            blobs.put(BlobKeys.initImage(reference.mask().sha256()), mask.file(), owner);
        }
    }
}
