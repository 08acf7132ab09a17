// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Generates images with the resident model. */
public interface ImageEngine {
    /** @return the model's description for the worker's status */
    BaseModel model();

    /** @return the loaded ControlNets, ordered by name */
    List<PinnedControlNet> controlNets();

    /** @return the model's device, such as {@code cpu()} or {@code gpu(0)} */
    String device();

    /** @return the step and row counters since the start */
    StepCounters steps();

    /**
     * @return how long the longest-running piece of work (encoding a request's prompts, a step, or decoding an image)
     *     has been in progress; zero if the engine is idle
     */
    Duration busyFor();

    /**
     * Generates the images of a job, in batches with other jobs. Returns without waiting.
     *
     * @return one future for each image, in order. The futures fail with {@link
     *     io.lorafleet.worker.adapter.UnusableAdapterException} if an adapter cannot be used, with {@link
     *     IllegalArgumentException} if the model does not support the request, with {@link
     *     java.util.concurrent.CancellationException} if the stop signal is set, and with {@link
     *     DeadlinePassedException} if the deadline passes
     */
    List<CompletableFuture<FinishedImage>> generate(Job job);
}
