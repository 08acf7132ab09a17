// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.model;

import io.lorafleet.messages.worker.WorkerStatus;
import java.time.Instant;

/** The last known state of a worker. */
public record KnownWorker(WorkerStatus status, State state) {

    /** The availability of a worker. */
    public enum State {
        READY,
        /** The worker finishes its requests and takes no more. */
        DRAINING,
        /** The worker announced its shutdown. */
        STOPPED,
        /** The worker has sent no status for longer than {@link WorkerStatus#LOST_TIMEOUT}. */
        LOST
    }

    /** @param now current time, from a clock within a few seconds of the worker's clock */
    static KnownWorker of(WorkerStatus status, Instant now) {
        if (status.state() == WorkerStatus.State.STOPPED) {
            return new KnownWorker(status, State.STOPPED);
        }
        boolean isSilent = status.at().plus(WorkerStatus.LOST_TIMEOUT).isBefore(now);
        if (isSilent) {
            return new KnownWorker(status, State.LOST);
        }
        return new KnownWorker(status, status.state() == WorkerStatus.State.DRAINING ? State.DRAINING : State.READY);
    }
}
