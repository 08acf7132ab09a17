// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import java.time.Duration;

/** RetryDelays between attempts, each twice as long as the one before. */
final class Backoff {
    private static final Duration FIRST = Duration.ofSeconds(1);

    private final Duration longest;
    private Duration next;

    Backoff(Duration longest) {
        this.longest = longest;
        reset();
    }

    void reset() {
        next = min(FIRST);
    }

    Duration next() {
        Duration pause = next;
        next = min(next.multipliedBy(2));
        return pause;
    }

    private Duration min(Duration pause) {
        return pause.compareTo(longest) < 0 ? pause : longest;
    }
}
