// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * The UNet's inputs for N rows, apart from the latents and timesteps.
 *
 * @param context text states for cross-attention (N, S, D)
 * @param pooled pooled text (N, P); null for models other than SDXL
 * @param sizes size conditioning: original height and width, top and left of the crop, target height and width, in
 *     pixels (N, 6); null for models other than SDXL
 */
public record Conditioning(
        NDArray context, @Nullable NDArray pooled, @Nullable NDArray sizes) {

    /** @param context text states for cross-attention (N, S, D) @return the conditioning of models other than SDXL */
    public static Conditioning of(NDArray context) {
        return new Conditioning(context, null, null);
    }
}
