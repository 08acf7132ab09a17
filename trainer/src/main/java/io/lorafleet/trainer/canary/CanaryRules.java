// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.canary;

import java.time.Duration;

/**
 * The settings for the canary analysis.
 *
 * @param canaryShare share of the requests that use the canary; 0 turns canaries off
 * @param shadowShare share of the requests on which the two versions are compared
 * @param minComparisons number of compared requests required for a verdict
 * @param errorMargin maximum amount by which the canary's mean live error may exceed the stable version's
 * @param minRatings number of ratings of each version before ratings count
 * @param ratingMargin maximum amount by which the canary's mean rating may be below the stable version's
 * @param maxAge time after which the canary passes even with too few comparisons, unless its ratings are too low
 */
public record CanaryRules(
        double canaryShare,
        double shadowShare,
        int minComparisons,
        double errorMargin,
        int minRatings,
        double ratingMargin,
        Duration maxAge) {

    public boolean on() {
        return canaryShare > 0;
    }
}
