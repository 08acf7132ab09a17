// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import io.lorafleet.messages.adapter.Figures;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Makes runs. */
public interface Training {

    /** @return the settings that every run is made with, as text */
    String plan();

    /**
     * Makes a run, or goes on with one that was broken off. The same order gives the same result.
     *
     * @throws IOException if it could not be made now, such as for want of storage
     * @throws java.util.concurrent.CancellationException if the watch says so
     */
    Result make(RunInputs order, RunObserver watch) throws IOException;

    /** Removes what the adapter's runs left to be gone on from. To be called when one is finished. */
    void clear(String adapter) throws IOException;

    /** What came of a run. */
    sealed interface Result {
        /**
         * A version that is fit to be published.
         *
         * @param file safetensors
         * @param rank the largest of its layers'
         */
        record Trained(byte[] file, int rank, Figures figures) implements Result {}

        /** @param figures null if it did not come that far */
        record Rejected(String reason, @Nullable Figures figures) implements Result {}
    }
}
