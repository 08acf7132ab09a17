// SPDX-License-Identifier: Apache-2.0
/**
 * Single-file checkpoints of Stable Diffusion 1.x, 2.x and XL, with the tensor names of the original implementations
 * (latent diffusion, OpenAI's CLIP in transformers, and OpenCLIP).
 *
 * @see "diffusers loaders/single_file_utils.py"
 */
@NullMarked
package io.lorafleet.diffusion.checkpoint;

import org.jspecify.annotations.NullMarked;
