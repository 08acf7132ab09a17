// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

/**
 * The part of the steps in which guidance is applied. In the other steps, only the prompt is evaluated, in one UNet row
 * instead of two.
 *
 * @param start share of the steps before guidance starts, from 0
 * @param end share of the steps before guidance ends, greater than {@code start} and at most 1
 * @see <a href="https://arxiv.org/abs/2305.09847">Golnari et al. 2023</a>; diffusers
 *     guiders/classifier_free_guidance.py, whose {@code start} and {@code stop} are rounded in the same way
 */
public record GuidanceInterval(double start, double end) {
    /** Guidance in every step. */
    public static final GuidanceInterval ALWAYS = new GuidanceInterval(0, 1);

    public GuidanceInterval {
        // Negated so that NaN is also rejected.
        if (!(start >= 0 && start < end && end <= 1)) {
            throw new IllegalArgumentException(
                    "guidance interval: expected 0 <= start < end <= 1, found " + start + " and " + end);
        }
    }

    /** @return the index of the first step with guidance */
    int firstStep(int steps) {
        return (int) (start * steps);
    }

    /** @return the index of the first step after those with guidance */
    int endStep(int steps) {
        return (int) (end * steps);
    }
}
