// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

import io.lorafleet.distillation.optim.TimestepWeighting;

/**
 * The settings of a distillation. With the base, the prompts and the initial student, they decide the result.
 *
 * @param method the trained weights and the source of the targets
 * @param guidance guidance scale of the teacher, more than 1
 * @param steps optimizer steps, at least 1
 * @param batch trajectory samples per optimizer step, at least 1
 * @param rowsAtOnce trajectory samples per UNet batch, at least 1; limits the memory, and gradients are accumulated
 * @param promptsPerRound images generated per round, at least 1
 * @param passes passes over the trajectory samples of a round, at least 1
 * @param samplerSteps mean sampler steps per image, at least 2; each round uses between 50 % and 150 % of this number
 * @param studentShare final fraction of steps trained on the student's own trajectories, 0 to 1; these cover the latents
 *     that the student reaches with its remaining error
 * @param learningRate peak learning rate; it rises linearly during the first tenth of the steps, then falls as a cosine
 * @param weightDecay weight decay of AdamW
 * @param mostGradient maximum norm of the gradients
 * @param emaDecay decay of the moving average of the weights, which is the result
 * @param weighting weights of the timesteps in the loss
 * @param width width of the images, in pixels
 * @param height height of the images, in pixels
 * @param seed seed of the prompts, the noise and the order of samples
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
        require(guidance > 1, "guidance", "more than 1", guidance);
        require(steps >= 1, "steps", "at least 1", steps);
        require(batch >= 1, "batch", "at least 1", batch);
        require(rowsAtOnce >= 1, "rows per UNet batch", "at least 1", rowsAtOnce);
        require(promptsPerRound >= 1, "prompts per round", "at least 1", promptsPerRound);
        require(passes >= 1, "passes", "at least 1", passes);
        require(samplerSteps >= 2, "sampler steps", "at least 2", samplerSteps);
        require(studentShare >= 0 && studentShare <= 1, "student share", "0 to 1", studentShare);
        require(learningRate > 0, "learning rate", "more than 0", learningRate);
        require(weightDecay >= 0, "weight decay", "at least 0", weightDecay);
        require(mostGradient > 0, "gradient norm", "more than 0", mostGradient);
        require(emaDecay >= 0 && emaDecay < 1, "EMA decay", "at least 0 and less than 1", emaDecay);
    }

    private static void require(boolean met, String key, String expected, Number found) {
        if (!met) {
            throw new DistillationException(key + ": expected " + expected + ", found " + found);
        }
    }

    /** @return whether this step is trained on the student's own trajectories */
    boolean usesStudentTrajectories(int step) {
        return method.distils() && step >= steps - Math.round(steps * studentShare);
    }

    /** @param step number of the step, from 0 */
    double learningRate(int step) {
        double warmUp = Math.max(1, steps / 10.0);
        if (step < warmUp) {
            return learningRate * (step + 1) / warmUp;
        }
        double progress = (step - warmUp) / Math.max(1, steps - warmUp);
        return learningRate * (1 + Math.cos(Math.PI * Math.min(progress, 1))) / 2;
    }
}
