// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import java.time.Duration;

/** Exponential backoff: each delay is twice as long as the previous one, up to a maximum. */
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
        Duration delay = next;
        next = min(next.multipliedBy(2));
        return delay;
    }

    private Duration min(Duration delay) {
        return delay.compareTo(longest) < 0 ? delay : longest;
    }
}
