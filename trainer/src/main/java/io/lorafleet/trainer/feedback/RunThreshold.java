// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import java.time.Duration;
import java.time.Instant;

/** When what was said of an adapter's images is worth a run. */
public record RunThreshold(int minSamples, Duration maxAge) {

    /** @param oldest when the first of what waits was said */
    boolean isMet(int samples, Instant oldest, Instant now) {
        return samples >= minSamples || !oldest.plus(maxAge).isAfter(now);
    }
}
