// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Decides when to send the next request. */
interface ArrivalControl {
    /**
     * Waits until a request is due.
     *
     * @return the scheduled time; empty if no more requests should be sent
     */
    Optional<Instant> awaitTurn(TracedRequest next) throws InterruptedException;

    /** Called when a request has finished, whatever its outcome. */
    void ended();

    /** Sends each request at its scheduled time, even if earlier requests have not finished. */
    record Open(Instant start, InstantSource clock) implements ArrivalControl {
        @Override
        public Optional<Instant> awaitTurn(TracedRequest next) throws InterruptedException {
            Instant due = start.plus(next.offset());
            Duration left = Duration.between(clock.instant(), due);
            if (left.compareTo(Duration.ZERO) > 0) {
                TimeUnit.NANOSECONDS.sleep(left.toNanos());
            }
            return Optional.of(due);
        }

        @Override
        public void ended() {
            // An open loop does not depend on finished requests.
        }
    }

    /**
     * Keeps a constant number of requests in flight.
     *
     * @param timeout maximum time to wait for a request in flight to finish
     */
    record Closed(Semaphore room, Duration timeout, InstantSource clock) implements ArrivalControl {
        @Override
        public Optional<Instant> awaitTurn(TracedRequest next) throws InterruptedException {
            return room.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    ? Optional.of(clock.instant())
                    : Optional.empty();
        }

        @Override
        public void ended() {
            room.release();
        }
    }
}
