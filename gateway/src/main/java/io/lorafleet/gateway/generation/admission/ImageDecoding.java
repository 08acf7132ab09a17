// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.BadField;
import io.lorafleet.images.BadImageException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Decodes init images to detect corrupt files before they reach a worker. Concurrency is limited, because decoding an
 * image keeps a processor busy and needs memory for all of its pixels.
 */
final class ImageDecoding {
    private final Semaphore places;
    private final Duration timeout;

    /** @param timeout how long an image waits for its turn */
    ImageDecoding(int atOnce, Duration timeout) {
        this.places = new Semaphore(atOnce, true);
        this.timeout = timeout;
    }

    /** @return the refusal; empty if the image is intact */
    Optional<Admission> refusal(InitImageFile file) {
        try {
            if (!places.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                return Optional.of(new Admission.Busy(timeout));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(new Admission.Busy(timeout));
        }
        try {
            file.image().decode();
            return Optional.empty();
        } catch (BadImageException e) {
            return Optional.of(
                    new Admission.Refused(List.of(new BadField(InitImageFile.FIELD, e.expected(), e.found()))));
        } finally {
            places.release();
        }
    }
}
