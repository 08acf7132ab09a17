// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Until when no run of an adapter is begun, because the last one broke down. Others go on meanwhile. */
final class RetryDelays {
    private final Duration longest;
    private final Map<String, Backoff> backoffs = new HashMap<>();
    private final Map<String, Instant> ends = new HashMap<>();

    RetryDelays(Duration longest) {
        this.longest = longest;
    }

    /** @return how long the adapter pauses now */
    Duration brokeDown(String adapter, Instant now) {
        Duration pause =
                backoffs.computeIfAbsent(adapter, name -> new Backoff(longest)).next();
        ends.put(adapter, now.plus(pause));
        return pause;
    }

    void wentWell(String adapter) {
        backoffs.remove(adapter);
        ends.remove(adapter);
    }

    boolean isOver(String adapter, Instant now) {
        return !now.isBefore(ends.getOrDefault(adapter, Instant.EPOCH));
    }
}
