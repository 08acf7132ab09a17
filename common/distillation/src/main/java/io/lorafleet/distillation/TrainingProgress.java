// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

/**
 * The progress of a run.
 *
 * @param step number of completed optimizer steps
 * @param steps total number of optimizer steps
 * @param loss loss of the last step; NaN while images are being generated
 * @param missing loss relative to that of the base without guidance: 1 before training, 0 for a perfect student; NaN
 *     while images are being generated, and for training methods without distillation
 * @param learningRate learning rate of the last step, or of the next step while images are being generated
 * @param drawing whether the run is generating a round's images
 */
public record TrainingProgress(
        int step, int steps, double loss, double missing, double learningRate, boolean drawing) {}
