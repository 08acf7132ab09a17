package io.lorafleet.trainer.feedback;

import java.time.Duration;
import java.time.Instant;

/** When an adapter's samples are worth a run. */
public record Readiness(int minSamples, Duration maxAge) {

    /** @param oldest when the first of them was given */
    boolean isMet(int samples, Instant oldest, Instant now) {
        return samples >= minSamples || !oldest.plus(maxAge).isAfter(now);
    }
}
