// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.data;

import ai.djl.ndarray.NDArray;
import io.lorafleet.diffusion.unet.Conditioning;

/**
 * A batch of N training samples.
 *
 * @param latents input of the UNet (N, C, H, W)
 * @param timesteps timestep of each row
 * @param text conditioning of each row
 * @param targets predictions expected from the student (N, C, H, W)
 * @param weights weight of each row in the loss (N)
 */
public record TrainingBatch(NDArray latents, double[] timesteps, Conditioning text, NDArray targets, NDArray weights) {}
