// SPDX-License-Identifier: Apache-2.0
/**
 * The autoencoder (VAE) that converts between images and latents.
 *
 * @see "diffusers models/autoencoders/autoencoder_kl.py and vae.py; Rombach et al. 2022"
 */
@NullMarked
package io.lorafleet.diffusion.vae;

import org.jspecify.annotations.NullMarked;
