// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import java.util.function.BooleanSupplier;

/** Whether a request should go on. It is asked between two steps. */
public final class StopSignal {
    private final BooleanSupplier cancelled;
    private volatile boolean abandoned;

    /** @param cancelled whether somebody asked for the request to be cancelled */
    public StopSignal(BooleanSupplier cancelled) {
        this.cancelled = cancelled;
    }

    /** The request is no longer this worker's: stop, and say nothing. */
    public void abandon() {
        abandoned = true;
    }

    public boolean abandoned() {
        return abandoned;
    }

    public boolean cancelled() {
        return cancelled.getAsBoolean();
    }

    public boolean stopped() {
        return abandoned || cancelled();
    }
}
