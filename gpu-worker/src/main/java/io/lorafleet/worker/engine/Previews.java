// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.LatentPreview;
import io.lorafleet.diffusion.StableDiffusion;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings for previews.
 *
 * @param colours linear map from latents to colors; null if previews are off
 * @param every minimum time between two previews of an image; zero turns previews off
 */
record Previews(@Nullable LatentPreview colours, Duration every) {
    /**
     * @return the settings. Unless previews are off, the color map is fitted to the VAE by decoding a few small images
     */
    static Previews of(StableDiffusion model, Duration every) {
        return new Previews(every.isZero() ? null : LatentPreview.of(model), every);
    }
}
