// SPDX-License-Identifier: Apache-2.0
/**
 * The layers that the text encoder, the UNet and the VAE share.
 *
 * <p>Layers are immutable; the model's manager owns their weights. A result is attached to the manager of the first
 * argument. In shapes, N is the batch, C channels, H and W height and width, T tokens.
 */
@NullMarked
package io.lorafleet.diffusion.nn;

import org.jspecify.annotations.NullMarked;
