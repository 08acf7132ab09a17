// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Delays the next run of an adapter after a failure. Other adapters are not affected. */
final class RetryDelays {
    private final Duration longest;
    private final Map<String, Backoff> backoffs = new HashMap<>();
    private final Map<String, Instant> ends = new HashMap<>();

    RetryDelays(Duration longest) {
        this.longest = longest;
    }

    /** @return the delay before the next run of the adapter */
    Duration failed(String adapter, Instant now) {
        Duration delay =
                backoffs.computeIfAbsent(adapter, name -> new Backoff(longest)).next();
        ends.put(adapter, now.plus(delay));
        return delay;
    }

    void succeeded(String adapter) {
        backoffs.remove(adapter);
        ends.remove(adapter);
    }

    boolean isOver(String adapter, Instant now) {
        return !now.isBefore(ends.getOrDefault(adapter, Instant.EPOCH));
    }
}
