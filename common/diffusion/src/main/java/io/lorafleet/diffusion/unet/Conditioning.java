// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * What the UNet is told beside the latent and the timestep, for N rows.
 *
 * @param context the text that it attends to (N, S, D)
 * @param pooled the text as one vector (N, P); SDXL only, else null
 * @param sizes original height and width, top and left of the crop, target height and width, in pixels (N, 6); SDXL
 *     only, else null
 */
public record Conditioning(
        NDArray context, @Nullable NDArray pooled, @Nullable NDArray sizes) {

    /** For models that are told of the text alone. */
    public static Conditioning of(NDArray context) {
        return new Conditioning(context, null, null);
    }
}
