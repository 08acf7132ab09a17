// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationProgress;
import io.lorafleet.messages.generation.GenerationStarted;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.StepDone;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The state of one generation: a fold of its records, which arrive from four topics in any order.
 *
 * @param request the generate command; null if it has not been read yet, or if Kafka has deleted it
 * @param cancelling whether a cancellation has been requested
 * @param workerId the latest worker that started or ended the generation; null if none has
 * @param startedAt the latest time at which a worker started the generation; null if unknown
 * @param progress the latest step; null if no step has been read since the generation was last started
 * @param finished the result, or null
 */
public record Generation(
        String id,
        @Nullable GenerateImage request,
        boolean cancelling,
        @Nullable String workerId,
        @Nullable Instant startedAt,
        @Nullable StepDone progress,
        @Nullable GenerationFinished finished) {

    /** The state of a generation. */
    public enum Status {
        QUEUED,
        RUNNING,
        SUCCEEDED,
        FAILED,
        CANCELLED,
        EXPIRED
    }

    public static Generation unknown(String id) {
        return new Generation(id, null, false, null, null, null, null);
    }

    /** @return a generation with this result and an unknown request */
    public static Generation finished(GenerationFinished event) {
        return unknown(event.requestId()).ended(event);
    }

    public Generation requested(GenerateImage command) {
        return new Generation(id, command, cancelling, workerId, startedAt, progress, finished);
    }

    Generation cancelRequested() {
        return new Generation(id, request, true, workerId, startedAt, progress, finished);
    }

    /** Progress records that arrive after the result provide only the start time. */
    Generation progressed(GenerationProgress event) {
        return event.match(this::started, this::stepDone);
    }

    private Generation started(GenerationStarted event) {
        // Another worker starts again from step 0.
        return isFinished()
                ? new Generation(id, request, cancelling, workerId, event.at(), progress, finished)
                : new Generation(id, request, cancelling, event.workerId(), event.at(), null, null);
    }

    private Generation stepDone(StepDone event) {
        return isFinished() ? this : new Generation(id, request, cancelling, workerId, startedAt, event, null);
    }

    public Generation ended(GenerationFinished event) {
        // Drops the preview, which is obsolete and by far the largest part of the state.
        StepDone last = progress == null ? null : new StepDone(id, progress.step(), progress.steps(), null);
        return new Generation(id, request, cancelling, event.workerId(), startedAt, last, event);
    }

    public Status status() {
        if (finished == null) {
            return workerId == null && progress == null ? Status.QUEUED : Status.RUNNING;
        }
        return finished.match(
                succeeded -> Status.SUCCEEDED,
                failed -> Status.FAILED,
                cancelled -> Status.CANCELLED,
                expired -> Status.EXPIRED);
    }

    public boolean isFinished() {
        return finished != null;
    }

    /** @return the end time by the worker's clock; available only for finished generations */
    public Instant finishedAt() {
        return Objects.requireNonNull(finished, "the generation is not finished")
                .at();
    }

    /** @return number of completed steps, added up over all images */
    public int step() {
        if (finished instanceof GenerationSucceeded) {
            return steps();
        }
        return progress == null ? 0 : progress.step();
    }

    /** @return total number of steps for all images; 0 if unknown */
    public int steps() {
        if (progress != null) {
            return progress.steps();
        }
        return request == null ? 0 : request.allSteps();
    }

    /** @return the cost of the steps that have not been completed, as in {@code GenerateImage.cost}; 0 if unknown */
    double remainingCost() {
        if (request == null || isFinished()) {
            return 0;
        }
        return request.cost() * (1 - (double) step() / steps());
    }

    /** @return whether the generation exists; a cancellation alone does not create a generation */
    boolean isKnown() {
        return request != null || status() != Status.QUEUED;
    }
}
