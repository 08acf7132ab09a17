// SPDX-License-Identifier: Apache-2.0
/**
 * The denoising network and its blocks. Start with {@link io.lorafleet.diffusion.unet.UNet}.
 *
 * @see "diffusers models/unets/unet_2d_condition.py; Rombach et al. 2022"
 */
@NullMarked
package io.lorafleet.diffusion.unet;

import org.jspecify.annotations.NullMarked;
