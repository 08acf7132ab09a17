// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Draws images with the resident model. */
public interface ImageEngine {
    /** @return what the gateways should know of the model */
    BaseModel model();

    /** @return where the model is */
    String device();

    /** @return what it has done so far */
    StepCounters steps();

    /**
     * Draws the images of a request, among those of others.
     *
     * @return one for each; they fail with {@link io.lorafleet.worker.adapter.UnusableAdapterException} if an adapter
     *     cannot be used, with {@link IllegalArgumentException} if the model cannot draw such an image, with
     *     {@link java.util.concurrent.CancellationException} if the stop signal came first, and with
     *     {@link DeadlinePassedException} if the deadline did
     */
    List<CompletableFuture<FinishedImage>> draw(Job job);
}
