// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.data;

/**
 * A latent from a sampling trajectory, with the training target. The sample is kept in host memory, so that shuffling a
 * round does not involve the device.
 *
 * @param latent input of the UNet (C, H, W)
 * @param prompt index of the prompt in the round
 * @param target the teacher's prediction with guidance, or the value that follows from the added noise (C, H, W)
 * @param unguided mean squared error of the base without guidance against the target; NaN for noised images
 */
public record TrajectorySample(float[] latent, double timestep, int prompt, float[] target, double unguided) {}
