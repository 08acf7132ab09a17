package io.lorafleet.standalone.bench;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** When the next request goes. */
interface Pace {
    /** Waits until a request is due. @return when it was */
    Instant awaitTurn(TracedRequest next) throws InterruptedException;

    /** One request has ended, however it did. */
    void ended();

    /** By the requests' own times, whatever becomes of those before. */
    record Open(Instant start, InstantSource clock) implements Pace {
        @Override
        public Instant awaitTurn(TracedRequest next) throws InterruptedException {
            Instant due = start.plus(next.offset());
            Duration left = Duration.between(clock.instant(), due);
            if (left.compareTo(Duration.ZERO) > 0) {
                TimeUnit.NANOSECONDS.sleep(left.toNanos());
            }
            return due;
        }

        @Override
        public void ended() {
            // Changes nothing: that is what makes it open.
        }
    }

    /** One after the other has ended, so many at once. */
    record Closed(Semaphore room, InstantSource clock) implements Pace {
        @Override
        public Instant awaitTurn(TracedRequest next) throws InterruptedException {
            room.acquire();
            return clock.instant();
        }

        @Override
        public void ended() {
            room.release();
        }
    }
}
