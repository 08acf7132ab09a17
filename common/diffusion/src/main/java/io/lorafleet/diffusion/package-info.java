// SPDX-License-Identifier: Apache-2.0
/**
 * Guided latent diffusion in Java, on DJL's arrays.
 *
 * <p>Read {@link io.lorafleet.diffusion.StableDiffusion} for the parts, {@link io.lorafleet.diffusion.Denoising} for how
 * an image comes about, {@link io.lorafleet.diffusion.unet.UNet} for the network and
 * {@link io.lorafleet.diffusion.lora.RowAdapters} for how the rows of a batch get their adapters.
 */
@NullMarked
package io.lorafleet.diffusion;

import org.jspecify.annotations.NullMarked;
