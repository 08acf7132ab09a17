// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** When the next request goes. */
interface ArrivalControl {
    /** Waits until a request is due. @return when it was; none if it never will be */
    Optional<Instant> awaitTurn(TracedRequest next) throws InterruptedException;

    /** One request has ended, however it did. */
    void ended();

    /** By the requests' own times, whatever becomes of those before. */
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
            // Changes nothing: that is what makes it open.
        }
    }

    /** One after the other has ended, so many at once. @param patience with those that are under way */
    record Closed(Semaphore room, Duration patience, InstantSource clock) implements ArrivalControl {
        @Override
        public Optional<Instant> awaitTurn(TracedRequest next) throws InterruptedException {
            return room.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)
                    ? Optional.of(clock.instant())
                    : Optional.empty();
        }

        @Override
        public void ended() {
            room.release();
        }
    }
}
