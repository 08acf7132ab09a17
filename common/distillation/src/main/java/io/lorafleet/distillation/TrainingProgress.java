// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

/**
 * How far a run has come.
 *
 * @param step of the optimiser, done
 * @param steps in all
 * @param loss of the last one; NaN before the first
 * @param missing the loss in parts of that of the model without guidance: 1 before anything is learned, 0 for a student
 *     that is the teacher
 * @param learningRate of the last step
 * @param drawing whether images are drawn for the next round, so that no step is made meanwhile
 */
public record TrainingProgress(
        int step, int steps, double loss, double missing, double learningRate, boolean drawing) {}
