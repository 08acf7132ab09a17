// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.storage;

import java.time.Duration;

/** Thrown if a caller has used up the daily storage allowance. */
public final class AllowanceUsedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Duration eases;

    /** @param eases time until part of the allowance is available again */
    AllowanceUsedException(long maxBytes, long bytes, Duration eases) {
        super("expected at most " + maxBytes + " bytes of init images and adapters per caller per day, found " + bytes);
        this.eases = eases;
    }

    public Duration eases() {
        return eases;
    }
}
