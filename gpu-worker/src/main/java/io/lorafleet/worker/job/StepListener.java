// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.RgbImage;
import org.jspecify.annotations.Nullable;

/** Hears of steps, on the engine's thread: must be quick. */
public interface StepListener {
    /**
     * A step is done.
     *
     * @param image which one of the request
     * @param preview what it is like so far, small and rough; null after most steps
     */
    void stepped(int image, @Nullable RgbImage preview);
}
