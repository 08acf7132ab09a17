// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.data;

import ai.djl.ndarray.NDArray;
import io.lorafleet.diffusion.unet.Conditioning;

/**
 * What a student learns from at once, N rows.
 *
 * @param latents (N, C, H, W), as the UNet takes them
 * @param timesteps of each row
 * @param text of each row
 * @param targets what the student should say (N, C, H, W)
 * @param weights of each row in the loss, 1 for an ordinary one (N)
 */
public record TrainingBatch(NDArray latents, double[] timesteps, Conditioning text, NDArray targets, NDArray weights) {}
