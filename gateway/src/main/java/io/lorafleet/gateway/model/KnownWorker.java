// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.model;

import io.lorafleet.messages.worker.WorkerStatus;
import java.time.Instant;

/**
 * The last known state of a worker.
 *
 * @param lastSeen time at which the gateway or the broker received the status, because the worker's clock can be wrong
 */
public record KnownWorker(WorkerStatus status, State state, Instant lastSeen) {

    /** The availability of a worker. */
    public enum State {
        READY,
        /** The worker finishes its requests and accepts no more. */
        DRAINING,
        /** The worker has stopped. Only workers of earlier releases announce this. */
        STOPPED,
        /** The worker has sent no status for longer than {@link WorkerStatus#LOST_TIMEOUT}. */
        LOST
    }

    static KnownWorker of(WorkerStatus status, Instant lastSeen, Instant now) {
        if (status.state() == WorkerStatus.State.STOPPED) {
            return new KnownWorker(status, State.STOPPED, lastSeen);
        }
        if (lastSeen.plus(WorkerStatus.LOST_TIMEOUT).isBefore(now)) {
            return new KnownWorker(status, State.LOST, lastSeen);
        }
        State state = status.state() == WorkerStatus.State.DRAINING ? State.DRAINING : State.READY;
        return new KnownWorker(status, state, lastSeen);
    }
}
