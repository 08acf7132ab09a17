// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.LatentPreview;
import io.lorafleet.diffusion.StableDiffusion;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is shown of images on their way.
 *
 * @param colours null if nothing is shown
 * @param every between two of one image; zero for none at all
 */
record Previews(@Nullable LatentPreview colours, Duration every) {
    /** @return with the model's colours, which take a small decode to find out, unless nothing is shown */
    static Previews of(StableDiffusion model, Duration every) {
        return new Previews(every.isZero() ? null : LatentPreview.of(model), every);
    }
}
