// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.messages.generation.GenerationFailed.Reason;

/** Thrown if an image file of a request cannot be used. The failure is permanent. */
final class UnusableImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    UnusableImageException(ImageUse use, String why) {
        super(use.name() + ": " + why);
        this.reason = use.unusable();
    }

    /** @return the reason with which the request fails */
    Reason reason() {
        return reason;
    }
}
