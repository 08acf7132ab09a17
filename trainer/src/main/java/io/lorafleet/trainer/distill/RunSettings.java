// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import io.lorafleet.distillation.TrainingMethod;
import io.lorafleet.distillation.TrainingPlan;

/** The part of a {@link TrainingPlan} that is the same for all runs. */
public record RunSettings(TrainingPlan.Sampling sampling, TrainingPlan.Optimization optimization) {

    /**
     * Creates the plan of one run.
     *
     * @param guidance the teacher's guidance scale
     * @param size width and height of the images, in pixels
     */
    TrainingPlan plan(double guidance, int size, long seed) {
        return new TrainingPlan(TrainingMethod.LORA_DISTILLATION, guidance, sampling, optimization, size, size, seed);
    }

    /** @return the settings that have configuration keys, as text for the lineages of published versions */
    @Override
    public String toString() {
        return "RunSettings[steps=" + optimization.steps()
                + ", batch=" + optimization.batch()
                + ", rowsAtOnce=" + optimization.rowsAtOnce()
                + ", promptsPerRound=" + sampling.promptsPerRound()
                + ", passes=" + sampling.passes()
                + ", samplerSteps=" + sampling.samplerSteps()
                + ", studentShare=" + sampling.studentShare()
                + ", learningRate=" + optimization.learningRate() + "]";
    }
}
