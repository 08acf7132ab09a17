// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import java.time.Duration;

/** Durations as people and files have them: in seconds, with a fraction. */
final class Durations {
    private static final double NANOS = 1e9;

    private Durations() {}

    static Duration ofSeconds(double seconds) {
        return Duration.ofNanos(Math.round(seconds * NANOS));
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / NANOS;
    }
}
