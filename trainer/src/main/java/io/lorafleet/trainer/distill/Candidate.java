// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import io.lorafleet.trainer.evaluate.QualityGate;

/** A trained adapter, not yet checked by the quality gate. It keeps the base model in memory until it is closed. */
public interface Candidate extends AutoCloseable {

    /**
     * Compares this candidate with its parent on the held-out prompts of the run.
     *
     * @throws RunRejectedException if the comparison is not possible
     * @throws java.util.concurrent.CancellationException if the observer cancels the run
     */
    QualityGate.Verdict check(QualityGate gate, RunObserver observer) throws RunRejectedException;

    /** @return the adapter as safetensors */
    byte[] file();

    /** @return the largest rank of any layer */
    int rank();

    @Override
    void close();
}
