// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationCancelled;
import io.lorafleet.messages.generation.GenerationExpired;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationProgress;
import io.lorafleet.messages.generation.GenerationStarted;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.StepDone;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one request for images: a fold of its records, which come from four topics in any order.
 *
 * @param request null as long as it has not been read, or when Kafka no longer has it
 * @param cancelling somebody asked to stop it
 * @param workerId who computes it, or null
 * @param startedAt when that worker began, or null
 * @param progress its newest step, or null
 * @param finished how it ended, or null
 */
public record Generation(
        String id,
        @Nullable GenerateImage request,
        boolean cancelling,
        @Nullable String workerId,
        @Nullable Instant startedAt,
        @Nullable StepDone progress,
        @Nullable GenerationFinished finished) {

    /** Where a request stands. */
    public enum Status {
        QUEUED,
        RUNNING,
        SUCCEEDED,
        FAILED,
        CANCELLED,
        EXPIRED
    }

    static Generation unheardOf(String id) {
        return new Generation(id, null, false, null, null, null, null);
    }

    Generation requested(GenerateImage command) {
        return new Generation(id, command, cancelling, workerId, startedAt, progress, finished);
    }

    Generation cancelRequested() {
        return new Generation(id, request, true, workerId, startedAt, progress, finished);
    }

    /** Of one that is finished, progress that is read late only says when it was started. */
    Generation progressed(GenerationProgress event) {
        if (event instanceof GenerationStarted started) {
            // A worker that begins anew begins at step 0.
            return isFinished()
                    ? new Generation(id, request, cancelling, workerId, started.at(), progress, finished)
                    : new Generation(id, request, cancelling, started.workerId(), started.at(), null, null);
        }
        return isFinished()
                ? this
                : new Generation(id, request, cancelling, workerId, startedAt, (StepDone) event, null);
    }

    Generation ended(GenerationFinished event) {
        // A preview is of no use any more, and by far the largest part.
        StepDone last = progress == null ? null : new StepDone(id, progress.step(), progress.steps(), null);
        return new Generation(id, request, cancelling, event.workerId(), startedAt, last, event);
    }

    public Status status() {
        if (finished instanceof GenerationSucceeded) {
            return Status.SUCCEEDED;
        }
        if (finished instanceof GenerationFailed) {
            return Status.FAILED;
        }
        if (finished instanceof GenerationCancelled) {
            return Status.CANCELLED;
        }
        if (finished instanceof GenerationExpired) {
            return Status.EXPIRED;
        }
        return workerId == null && progress == null ? Status.QUEUED : Status.RUNNING;
    }

    public boolean isFinished() {
        return finished != null;
    }

    /** @return when it ended, by the worker's clock; to be asked of one that did */
    public Instant finishedAt() {
        return Objects.requireNonNull(finished, "it goes on").at();
    }

    /** @return steps done, over all images */
    public int step() {
        if (finished instanceof GenerationSucceeded) {
            return steps();
        }
        return progress == null ? 0 : progress.step();
    }

    /** @return steps of all images together; 0 if not known */
    public int steps() {
        if (progress != null) {
            return progress.steps();
        }
        return request == null ? 0 : request.allSteps();
    }

    /** @return whether it exists: a wish to cancel alone does not say so */
    boolean isKnown() {
        return request != null || status() != Status.QUEUED;
    }
}
