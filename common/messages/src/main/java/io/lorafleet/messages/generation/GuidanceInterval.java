// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

/**
 * The part of the steps in which guidance is applied. In the other steps, a UNet evaluation without guidance is enough.
 * Shares of the steps are rounded down, as in diffusers' ClassifierFreeGuidance.
 *
 * @param start share of the steps before guidance starts, from 0
 * @param end share of the steps before guidance ends, greater than {@code start} and at most 1
 */
public record GuidanceInterval(double start, double end) {
    /** Guidance in every step. */
    public static final GuidanceInterval ALWAYS = new GuidanceInterval(0, 1);

    public GuidanceInterval {
        // Negated so that NaN is also rejected.
        if (!(start >= 0 && start < end && end <= 1)) {
            throw new IllegalArgumentException(
                    "sampling.guidanceInterval: expected 0 <= start < end <= 1, found " + start + " and " + end);
        }
    }

    /** @return the index of the first step with guidance */
    public int firstStep(int steps) {
        return (int) (start * steps);
    }

    /** @return the index of the first step after those with guidance */
    public int endStep(int steps) {
        return (int) (end * steps);
    }
}
