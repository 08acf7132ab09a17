// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import java.time.Duration;
import java.time.Instant;

/**
 * The condition for starting a run.
 *
 * @param minSamples number of pending samples at which a run starts
 * @param maxAge age of the oldest pending record at which a run starts even with fewer samples
 */
public record RunThreshold(int minSamples, Duration maxAge) {

    /** @param oldest time of the oldest pending record */
    boolean isMet(int samples, Instant oldest, Instant now) {
        return samples >= minSamples || !oldest.plus(maxAge).isAfter(now);
    }
}
