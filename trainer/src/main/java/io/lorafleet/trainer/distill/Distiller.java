// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import java.io.IOException;

/** Trains an adapter on the inputs of a run. */
public interface Distiller {

    /** @return the settings of every run, as text */
    String plan();

    /**
     * Trains a candidate, or resumes from the latest checkpoint of the same run. The same inputs always produce the
     * same candidate.
     *
     * @return a candidate that the caller must close
     * @throws RunRejectedException if no candidate can be trained from these inputs
     * @throws IOException if the training cannot run now, for example because the storage is unavailable
     * @throws java.util.concurrent.CancellationException if the observer cancels the run
     */
    Candidate distil(RunInputs inputs, RunObserver observer) throws IOException, RunRejectedException;

    /** Deletes all of an adapter's checkpoints. Call this after one of its runs has been published. */
    void deleteCheckpoints(String adapter) throws IOException;
}
