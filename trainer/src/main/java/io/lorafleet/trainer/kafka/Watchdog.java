// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Finds threads that should be working but make no progress. Thread-safe. */
final class Watchdog {
    private final Duration timeout;
    private final LongSupplier nanoTime;
    private final Map<String, Long> latest = new ConcurrentHashMap<>();

    /** @param timeout longest time without progress */
    Watchdog(Duration timeout) {
        this(timeout, System::nanoTime);
    }

    Watchdog(Duration timeout, LongSupplier nanoTime) {
        this.timeout = timeout;
        this.nanoTime = nanoTime;
    }

    /** Records progress in a thread's work. */
    void progressed(String thread) {
        latest.put(thread, nanoTime.getAsLong());
    }

    /** Records that the thread is waiting for work. */
    void idle(String thread) {
        latest.remove(thread);
    }

    /** @return a thread that hangs */
    Optional<String> hung() {
        long now = nanoTime.getAsLong();
        return latest.entrySet().stream()
                .filter(entry -> now - entry.getValue() > timeout.toNanos())
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
