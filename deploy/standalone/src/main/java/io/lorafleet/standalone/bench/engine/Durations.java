// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench.engine;

import java.time.Duration;

/** Converts durations to and from fractional seconds. */
public final class Durations {
    private static final double NANOS = 1e9;

    private Durations() {}

    public static Duration ofSeconds(double seconds) {
        return Duration.ofNanos(Math.round(seconds * NANOS));
    }

    public static double seconds(Duration duration) {
        return duration.toNanos() / NANOS;
    }
}
