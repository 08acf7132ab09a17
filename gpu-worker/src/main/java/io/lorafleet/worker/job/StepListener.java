// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.RgbImage;
import org.jspecify.annotations.Nullable;

/** Called after each step, on the step loop's thread. Must return quickly. */
public interface StepListener {
    /**
     * Called after a step of an image.
     *
     * @param image index of the image in the request, starting at 0
     * @param preview a preview of the image; null after most steps
     */
    void stepped(int image, @Nullable RgbImage preview);
}
