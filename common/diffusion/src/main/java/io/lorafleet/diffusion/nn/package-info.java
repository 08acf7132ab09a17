// SPDX-License-Identifier: Apache-2.0
/**
 * The layers shared by the text encoder, the UNet and the VAE.
 *
 * <p>Layers are immutable; the model's manager owns their weights. A result is attached to the first argument's
 * manager. In shapes, N is the batch size, C the number of channels, H the height, W the width and T the number of
 * tokens.
 */
@NullMarked
package io.lorafleet.diffusion.nn;

import org.jspecify.annotations.NullMarked;
