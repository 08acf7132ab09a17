// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.model;

import io.lorafleet.messages.worker.WorkerStatus;
import java.time.Instant;

/** A worker, as this gateway last heard of it. */
public record KnownWorker(WorkerStatus status, State state) {

    /** Whether it takes requests. */
    public enum State {
        READY,
        /** It said so itself. */
        STOPPED,
        /** It has been silent for longer than {@link WorkerStatus#LOST_TIMEOUT}. */
        LOST
    }

    /** @param now by a clock that agrees with the worker's to a few seconds */
    static KnownWorker of(WorkerStatus status, Instant now) {
        if (status.state() == WorkerStatus.State.STOPPED) {
            return new KnownWorker(status, State.STOPPED);
        }
        boolean isSilent = status.at().plus(WorkerStatus.LOST_TIMEOUT).isBefore(now);
        return new KnownWorker(status, isSilent ? State.LOST : State.READY);
    }
}
