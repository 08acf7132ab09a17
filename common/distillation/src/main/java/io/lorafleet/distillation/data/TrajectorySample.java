// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.data;

/**
 * One latent on an image's way, and what the teacher says there. In the host's memory, so that a round of them is
 * shuffled without the device.
 *
 * @param latent (C, H, W), as the UNet takes it
 * @param prompt index among the round's prompts
 * @param target what the guided teacher says (C, H, W)
 * @param unguided mean squared error of the model without guidance to the target: what there is to learn here
 */
public record TrajectorySample(float[] latent, double timestep, int prompt, float[] target, double unguided) {}
