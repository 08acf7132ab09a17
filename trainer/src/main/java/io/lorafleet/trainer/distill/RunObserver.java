// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import java.util.concurrent.CancellationException;

/** Looks on while a run is made. */
public interface RunObserver {

    /**
     * A step was made.
     *
     * @param step done
     * @param steps in all
     * @param missing the loss in parts of that of the base without guidance
     */
    void stepped(int step, int steps, double loss, double missing);

    /** @return whether nobody waits for the run any longer */
    boolean isCancelled();

    /** @throws CancellationException if the run is cancelled */
    default void check() {
        if (isCancelled()) {
            throw new CancellationException("the run was cancelled");
        }
    }
}
