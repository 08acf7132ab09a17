// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

import io.lorafleet.distillation.optim.TimestepWeighting;

/**
 * How a student is distilled. Everything that decides the outcome, beside the base, the prompts, and the adapter that it
 * goes on from, is in here.
 *
 * @param method what learns, and from whom
 * @param guidance s of the teacher
 * @param steps of the optimiser
 * @param batch rows that each of them sees
 * @param rowsAtOnce rows that are computed together: gradients of the others are added up. Bounds the memory
 * @param promptsPerRound images that are drawn at a time, for their points; each round trains on those
 * @param passes over each round's points
 * @param samplerSteps of an image, on average; each round's number is drawn from half of that to one and a half
 * @param studentShare of the optimiser steps, the last ones, whose points come from the student's own images: where it
 *     goes when it is not quite the teacher
 * @param learningRate at its peak: a tenth of the steps before, it rises, after it, it falls by a cosine
 * @param weightDecay of AdamW
 * @param mostGradient norm that gradients are clipped to
 * @param emaDecay of the running mean of the factors, which is what comes out
 * @param weighting of timesteps in the loss
 * @param width of the images, in pixels
 * @param height of the images, in pixels
 * @param seed of prompts, noise and order
 */
public record TrainingPlan(
        TrainingMethod method,
        double guidance,
        int steps,
        int batch,
        int rowsAtOnce,
        int promptsPerRound,
        int passes,
        int samplerSteps,
        double studentShare,
        double learningRate,
        double weightDecay,
        double mostGradient,
        double emaDecay,
        TimestepWeighting weighting,
        int width,
        int height,
        long seed) {

    public TrainingPlan {
        require(guidance > 1, "guidance", "more than 1, at which nothing is to be learned", guidance);
        require(steps >= 1, "steps", "at least 1", steps);
        require(batch >= 1, "batch", "at least 1", batch);
        require(rowsAtOnce >= 1, "rows at once", "at least 1", rowsAtOnce);
        require(promptsPerRound >= 1, "prompts per round", "at least 1", promptsPerRound);
        require(passes >= 1, "passes", "at least 1", passes);
        require(samplerSteps >= 2, "sampler steps", "at least 2", samplerSteps);
        require(studentShare >= 0 && studentShare <= 1, "student share", "0 to 1", studentShare);
        require(learningRate > 0, "learning rate", "more than 0", learningRate);
        require(weightDecay >= 0, "weight decay", "at least 0", weightDecay);
        require(mostGradient > 0, "gradient norm", "more than 0", mostGradient);
        require(emaDecay >= 0 && emaDecay < 1, "EMA decay", "0 to less than 1", emaDecay);
    }

    private static void require(boolean met, String what, String expected, Number found) {
        if (!met) {
            throw new DistillationException(what + ": expected " + expected + ", found " + found);
        }
    }

    /** @return whether the points of this step come from the student's own images */
    boolean studentDrives(int step) {
        return method.distils() && step >= steps - Math.round(steps * studentShare);
    }

    /** @param step from 0 */
    double learningRate(int step) {
        double warmUp = Math.max(1, steps / 10.0);
        if (step < warmUp) {
            return learningRate * (step + 1) / warmUp;
        }
        double along = (step - warmUp) / Math.max(1, steps - warmUp);
        return learningRate * (1 + Math.cos(Math.PI * Math.min(along, 1))) / 2;
    }
}
