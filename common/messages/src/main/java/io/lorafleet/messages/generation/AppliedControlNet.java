// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Check;
import io.lorafleet.messages.PinnedControlNet;

/**
 * A ControlNet that a request applies to its images. It affects the rows of both prompts.
 *
 * @param controlNet ControlNet
 * @param image SHA-256 of the condition image, a PNG or JPEG file, which is stored in the blob store under {@link
 *     BlobKeys#initImage}. The worker resizes it to the size of the images
 * @param scale factor of the ControlNet's results, 0 to {@value #MAX_SCALE}
 * @param start share of the model evaluations that run before the ControlNet is first used, at least 0
 * @param end share of the model evaluations after which it is no longer used, greater than {@code start} and at most 1.
 *     With an init image, the shares count only the evaluations that its strength leaves
 */
public record AppliedControlNet(PinnedControlNet controlNet, String image, double scale, double start, double end) {
    public static final double MAX_SCALE = 2;

    public AppliedControlNet {
        Check.present("control.controlNet", controlNet);
        Check.sha256("control.image", image);
        Check.range("control.scale", 0, MAX_SCALE, scale);
        // Negated so that NaN is also rejected.
        if (!(start >= 0 && start < end && end <= 1)) {
            throw new IllegalArgumentException(
                    "control: expected 0 <= start < end <= 1, found " + start + " and " + end);
        }
    }

    /**
     * @param evaluations number of model evaluations of an image
     * @return the index of the first evaluation that uses the ControlNet
     */
    public int firstEvaluation(int evaluations) {
        int first = (int) (start * evaluations);
        // diffusers compares the quotient with the share. Because of rounding, the product can be off by one.
        while ((double) first / evaluations < start) {
            first++;
        }
        return first;
    }

    /**
     * @param evaluations number of model evaluations of an image
     * @return the index after the last evaluation that uses the ControlNet; not greater than {@link #firstEvaluation} if
     *     no evaluation does, because an evaluation must be wholly between the shares
     */
    public int endEvaluation(int evaluations) {
        int after = (int) Math.ceil(end * evaluations);
        while ((double) after / evaluations > end) {
            after--;
        }
        return after;
    }

    @Override
    public String toString() {
        return controlNet + " x " + scale;
    }
}
