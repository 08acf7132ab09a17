// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Records how long one of the engine's threads has been busy with the same piece of work. */
final class ThreadWatch {
    /** Start of the current piece of work, as in {@link System#nanoTime}; null while the thread waits for work. */
    private volatile @Nullable Long since;

    /** Records the start of a piece of work, after the previous one has ended. */
    void begin() {
        since = System.nanoTime();
    }

    /** Records that the thread is waiting for work. */
    void idle() {
        since = null;
    }

    /** Runs one piece of work. */
    void run(Runnable work) {
        begin();
        try {
            work.run();
        } finally {
            idle();
        }
    }

    /** @return how long the current piece of work has been in progress; zero while the thread waits for work */
    Duration busyFor() {
        Long start = since;
        return start == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - start);
    }
}
