// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import java.util.concurrent.CancellationException;

/** Follows a run, and can cancel it. */
public interface RunObserver {

    /**
     * Called after each optimizer step.
     *
     * @param step number of completed steps
     * @param steps total number of steps
     * @param missing the loss divided by the loss of the base without guidance
     */
    void stepped(int step, int steps, double loss, double missing);

    /** @return whether the run has been cancelled */
    boolean isCancelled();

    /** @throws CancellationException if the run has been cancelled */
    default void check() {
        if (isCancelled()) {
            throw new CancellationException("the run was cancelled");
        }
    }
}
