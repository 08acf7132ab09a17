// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * The pauses before this worker hands back requests that other workers must process. Without a pause, the broker would
 * deliver such a request again at once, and would drop it after a few deliveries. Each pause for a request is longer
 * than the previous one.
 */
final class HandBacks {
    static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final int REMEMBERED = 10_000;
    /** How often a pause checks whether the request has ended. */
    private static final Duration CHECK = Duration.ofMillis(100);

    private final Map<String, Duration> pauses = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Duration> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** @return the pause before the request is handed back this time */
    synchronized Duration next(String requestId) {
        Duration pause = pauses.getOrDefault(requestId, FIRST_PAUSE);
        Duration twice = pause.multipliedBy(2);
        pauses.put(requestId, twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE);
        return pause;
    }

    /** Waits for the pause, or until the request has ended. @return whether it has ended */
    static boolean pause(Duration pause, StopSignal stop, BooleanSupplier ended) {
        long start = System.nanoTime();
        try {
            while (!ended.getAsBoolean()) {
                if (System.nanoTime() - start >= pause.toNanos() || stop.awaitAbandoned(CHECK)) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting to leave the request to other workers");
        }
    }
}
