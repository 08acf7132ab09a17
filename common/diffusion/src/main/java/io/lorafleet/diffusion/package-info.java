// SPDX-License-Identifier: Apache-2.0
/**
 * Latent diffusion with guidance, implemented with DJL's arrays.
 *
 * <p>Start with {@link io.lorafleet.diffusion.StableDiffusion} for the parts, {@link io.lorafleet.diffusion.Denoising}
 * for the generation of an image, {@link io.lorafleet.diffusion.unet.UNet} for the network and
 * {@link io.lorafleet.diffusion.lora.RowAdapters} for a batch's adapters.
 */
@NullMarked
package io.lorafleet.diffusion;

import org.jspecify.annotations.NullMarked;
