// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Indicates whether a job must stop. The step loop checks the signal between steps. */
public final class StopSignal {
    private final BooleanSupplier cancelled;
    private final CountDownLatch abandoned = new CountDownLatch(1);

    /** @param cancelled returns whether the request has been cancelled */
    public StopSignal(BooleanSupplier cancelled) {
        this.cancelled = cancelled;
    }

    /**
     * Abandons the job: it stops without publishing a result, because its record returns to the broker or belongs to
     * another worker.
     */
    public void abandon() {
        abandoned.countDown();
    }

    /** @return whether the job has been abandoned */
    public boolean abandoned() {
        return abandoned.getCount() == 0;
    }

    /** Waits until the job is abandoned. @return false if the timeout elapsed first */
    public boolean awaitAbandoned(Duration timeout) throws InterruptedException {
        return abandoned.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** @return whether the request has been cancelled */
    public boolean cancelled() {
        return cancelled.getAsBoolean();
    }

    /** @return whether the job must stop, for either reason */
    public boolean stopped() {
        return abandoned() || cancelled();
    }
}
