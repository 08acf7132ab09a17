// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import io.lorafleet.distillation.TrainingMethod;
import io.lorafleet.distillation.TrainingPlan;
import io.lorafleet.distillation.optim.TimestepWeighting;

/** How runs are made: what of a {@link TrainingPlan} is the same for all of them. */
public record RunSettings(
        int steps,
        int batch,
        int rowsAtOnce,
        int promptsPerRound,
        int passes,
        int samplerSteps,
        double studentShare,
        double learningRate) {
    // As the command line's distill has them.
    private static final double WEIGHT_DECAY = 0;
    private static final double MOST_GRADIENT = 1;
    private static final double EMA_DECAY = 0.99;

    /**
     * @param guidance of the teacher
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
                MOST_GRADIENT,
                EMA_DECAY,
                TimestepWeighting.UNIFORM,
                size,
                size,
                seed);
    }
}
