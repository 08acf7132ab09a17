// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.BadField;
import io.lorafleet.images.BadImageException;
import io.lorafleet.images.MaskPixels;
import io.lorafleet.messages.generation.GenerateImage;
import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Decodes the images of requests to detect corrupt files, and masks that repaint nothing, before they reach a worker.
 * Concurrency is limited, because decoding an image keeps a processor busy and needs memory for all of its pixels.
 */
final class ImageDecoding {
    private final Semaphore places;
    private final Duration timeout;

    /** @param timeout how long an image waits for its turn */
    ImageDecoding(int atOnce, Duration timeout) {
        this.places = new Semaphore(atOnce, true);
        this.timeout = timeout;
    }

    /**
     * @param request request for images of the file's size or another size
     * @param sizeMultiple number of pixels on each side of a position of the model's latent
     * @return the refusal; empty if the files are intact and the mask repaints something
     */
    Optional<Admission> refusal(RequestImages images, GenerateImage request, int sizeMultiple) {
        try {
            if (!places.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                return Optional.of(new Admission.Busy(timeout));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(new Admission.Busy(timeout));
        }
        try {
            Optional<Admission> refusal =
                    images.init() == null ? Optional.empty() : refusal(images.init(), request, sizeMultiple);
            for (ControlFile control : images.controls()) {
                refusal = refusal.or(
                        () -> decode(control.field(), () -> control.image().decode()));
            }
            return refusal;
        } finally {
            places.release();
        }
    }

    private static Optional<Admission> refusal(InitImageFile file, GenerateImage request, int sizeMultiple) {
        return decode(InitImageFile.FIELD, () -> file.image().decode())
                .or(() -> file.mask() == null
                        ? Optional.empty()
                        : decode(InitImageFile.MASK_FIELD, () -> requireWhite(file, request, sizeMultiple)));
    }

    private interface Decoding {
        void run() throws BadImageException;
    }

    private static Optional<Admission> decode(String field, Decoding decoding) {
        try {
            decoding.run();
            return Optional.empty();
        } catch (BadImageException e) {
            return Optional.of(new Admission.Refused(List.of(new BadField(field, e.expected(), e.found()))));
        }
    }

    /**
     * A mask of the requested size is checked at the pixels that the latent takes. Otherwise, the worker resizes the
     * mask, and checks the result.
     */
    private static void requireWhite(InitImageFile file, GenerateImage request, int sizeMultiple)
            throws BadImageException {
        BufferedImage mask = Objects.requireNonNull(file.mask()).decode();
        boolean sameSize = mask.getWidth() == request.width() && mask.getHeight() == request.height();
        if (!MaskPixels.anyWhite(mask, 1)) {
            throw new BadImageException("at least one white pixel, with a gray value of at least 128", "none");
        }
        if (sameSize && !MaskPixels.anyWhite(mask, sizeMultiple)) {
            throw new BadImageException(
                    "white in the top left pixel of at least one block of " + sizeMultiple + " x " + sizeMultiple
                            + " pixels",
                    "none");
        }
    }
}
