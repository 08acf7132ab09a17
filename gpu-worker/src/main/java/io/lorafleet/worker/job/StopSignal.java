// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import java.util.function.BooleanSupplier;

/** Indicates whether a job must stop. The step loop checks the signal between steps. */
public final class StopSignal {
    private final BooleanSupplier cancelled;
    private volatile boolean abandoned;

    /** @param cancelled returns whether the request has been cancelled */
    public StopSignal(BooleanSupplier cancelled) {
        this.cancelled = cancelled;
    }

    /**
     * Abandons the job: it stops without publishing a result, because its record returns to the broker or belongs to
     * another worker.
     */
    public void abandon() {
        abandoned = true;
    }

    /** @return whether the job has been abandoned */
    public boolean abandoned() {
        return abandoned;
    }

    /** @return whether the request has been cancelled */
    public boolean cancelled() {
        return cancelled.getAsBoolean();
    }

    /** @return whether the job must stop, for either reason */
    public boolean stopped() {
        return abandoned || cancelled();
    }
}
