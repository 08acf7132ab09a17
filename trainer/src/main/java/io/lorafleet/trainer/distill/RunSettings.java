// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import io.lorafleet.distillation.TrainingMethod;
import io.lorafleet.distillation.TrainingPlan;
import io.lorafleet.distillation.optim.TimestepWeighting;

/** The part of a {@link TrainingPlan} that is the same for all runs. */
public record RunSettings(
        int steps,
        int batch,
        int rowsAtOnce,
        int promptsPerRound,
        int passes,
        int samplerSteps,
        double studentShare,
        double learningRate) {
    // The defaults of the distill command.
    private static final double WEIGHT_DECAY = 0;
    private static final double MAX_GRADIENT_NORM = 1;
    private static final double EMA_DECAY = 0.99;

    /**
     * Makes the plan of one run.
     *
     * @param guidance guidance scale of the teacher
     * @param size width and height of the images, in pixels
     */
    TrainingPlan plan(double guidance, int size, long seed) {
        return new TrainingPlan(
                TrainingMethod.LORA_DISTILLATION,
                guidance,
                steps,
                batch,
                rowsAtOnce,
                promptsPerRound,
                passes,
                samplerSteps,
                studentShare,
                learningRate,
                WEIGHT_DECAY,
                MAX_GRADIENT_NORM,
                EMA_DECAY,
                TimestepWeighting.UNIFORM,
                size,
                size,
                seed);
    }
}
