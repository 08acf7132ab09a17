// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.canary;

import java.time.Duration;

/**
 * How a new version is tried.
 *
 * @param canaryShare of the requests that get it; 0 for no trials: a version that is published is left to the route
 * @param shadowShare of the requests on which the two versions are compared
 * @param minComparisons requests that decide
 * @param errorMargin a version falls behind if its live error is higher than the other's by more than this
 * @param minRatings of each version, so that ratings speak
 * @param ratingMargin a version falls behind if its mean rating is lower than the other's by more than this
 * @param maxAge when so much time has passed, fewer comparisons decide
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
