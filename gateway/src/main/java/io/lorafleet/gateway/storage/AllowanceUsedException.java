// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.storage;

import java.time.Duration;

/** A caller has stored as much as one may within a day. */
public final class AllowanceUsedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Duration eases;

    /** @param eases when some of it will be past */
    AllowanceUsedException(long maxBytes, long bytes, Duration eases) {
        super("expected at most " + maxBytes + " bytes of images and adapters from one caller within a day, found "
                + bytes + " with this one");
        this.eases = eases;
    }

    public Duration eases() {
        return eases;
    }
}
