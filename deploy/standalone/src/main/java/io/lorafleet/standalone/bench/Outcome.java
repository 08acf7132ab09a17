package io.lorafleet.standalone.bench;

import java.time.Duration;
import java.time.Instant;

/** What became of a request. */
sealed interface Outcome {
    TracedRequest request();

    /**
     * There is a picture.
     *
     * @param request as it was sent, with what the gateway chose
     * @param due when it should have been sent, from which its latency counts
     * @param finished when the picture was there
     * @param seenLate it may have been there before {@code finished}
     */
    record Served(TracedRequest request, Instant due, Instant finished, boolean seenLate, GenerationState state)
            implements Outcome {
        Duration latency() {
            return Duration.between(due, finished);
        }

        /** @return until a worker began; from the worker's own times */
        Duration queued() {
            Instant started = state.startedAt() == null ? finished.minus(state.elapsed()) : state.startedAt();
            return Duration.between(due, started);
        }
    }

    /** There is none. @param noWorker because no worker has come up yet */
    record Failed(TracedRequest request, String reason, boolean noWorker) implements Outcome {}
}
