// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

import io.lorafleet.distillation.optim.TimestepWeighting;

/**
 * The settings of a distillation. Together with the base, the prompts and the initial student, they determine the
 * result.
 *
 * <p>Error messages use the setting names of the {@code distill} options and the trainer's configuration keys, for
 * example {@code sampler-steps: expected at least 2, found 1}.
 *
 * @param method which weights are trained, and where the targets come from
 * @param guidance teacher's guidance scale, greater than 1
 * @param sampling settings for generating the training data
 * @param optimization settings for training the student on the data
 * @param width width of the images, in pixels
 * @param height height of the images, in pixels
 * @param seed seed for the prompts, the noise and the order of samples
 */
public record TrainingPlan(
        TrainingMethod method,
        double guidance,
        Sampling sampling,
        Optimization optimization,
        int width,
        int height,
        long seed) {

    /**
     * How a round's images are generated, and how often their trajectory samples are used.
     *
     * @param promptsPerRound images generated per round, at least 1
     * @param passes passes over the trajectory samples of a round, at least 1
     * @param samplerSteps mean sampler steps per image, at least 2; each round uses between 50% and 150% of this number
     * @param studentShare share of the optimizer steps that train on the student's own trajectories, 0 to 1; these are
     *     the last steps of the run; the student's own trajectories contain the latents that it actually encounters,
     *     given its remaining error
     */
    public record Sampling(int promptsPerRound, int passes, int samplerSteps, double studentShare) {

        public Sampling {
            require(promptsPerRound >= 1, "prompts-per-round", "at least 1", promptsPerRound);
            require(passes >= 1, "passes", "at least 1", passes);
            require(samplerSteps >= 2, "sampler-steps", "at least 2", samplerSteps);
            require(studentShare >= 0 && studentShare <= 1, "student-share", "0 to 1", studentShare);
        }
    }

    /**
     * The optimizer steps.
     *
     * @param steps optimizer steps, at least 1
     * @param batch trajectory samples per optimizer step, at least 1
     * @param rowsAtOnce trajectory samples per UNet batch, at least 1; limits the memory usage, because gradients are
     *     accumulated over the UNet batches of a step
     * @param learningRate peak learning rate, greater than 0; the rate rises linearly during the first tenth of the
     *     steps, then falls along a cosine
     * @param weightDecay weight decay of AdamW, at least 0
     * @param clip maximum norm of the gradients, greater than 0
     * @param ema decay of the moving average of the weights, at least 0 and less than 1; the moving average is the
     *     result of the run
     * @param weighting weights of the timesteps in the loss
     */
    public record Optimization(
            int steps,
            int batch,
            int rowsAtOnce,
            double learningRate,
            double weightDecay,
            double clip,
            double ema,
            TimestepWeighting weighting) {

        public Optimization {
            require(steps >= 1, "steps", "at least 1", steps);
            require(batch >= 1, "batch", "at least 1", batch);
            require(rowsAtOnce >= 1, "rows-at-once", "at least 1", rowsAtOnce);
            require(learningRate > 0, "learning-rate", "a number greater than 0", learningRate);
            require(weightDecay >= 0, "weight-decay", "at least 0", weightDecay);
            require(clip > 0, "clip", "a number greater than 0", clip);
            require(ema >= 0 && ema < 1, "ema", "at least 0 and less than 1", ema);
        }

        /** @param step number of the step, starting at 0 */
        double learningRate(int step) {
            double warmUp = Math.max(1, steps / 10.0);
            if (step < warmUp) {
                return learningRate * (step + 1) / warmUp;
            }
            double progress = (step - warmUp) / Math.max(1, steps - warmUp);
            return learningRate * (1 + Math.cos(Math.PI * Math.min(progress, 1))) / 2;
        }
    }

    public TrainingPlan {
        require(guidance > 1, "guidance", "more than 1", guidance);
    }

    private static void require(boolean met, String setting, String expected, Number found) {
        if (!met) {
            throw new DistillationException(setting + ": expected " + expected + ", found " + found);
        }
    }

    /** @return whether this step is trained on the student's own trajectories */
    boolean usesStudentTrajectories(int step) {
        int steps = optimization.steps();
        return method.distils() && step >= steps - Math.round(steps * sampling.studentShare());
    }

    /** @return the plan as stored in checkpoints; any change to this text makes existing checkpoints unusable */
    @Override
    public String toString() {
        return "TrainingPlan[method=" + method
                + ", guidance=" + guidance
                + ", steps=" + optimization.steps
                + ", batch=" + optimization.batch
                + ", rowsAtOnce=" + optimization.rowsAtOnce
                + ", promptsPerRound=" + sampling.promptsPerRound
                + ", passes=" + sampling.passes
                + ", samplerSteps=" + sampling.samplerSteps
                + ", studentShare=" + sampling.studentShare
                + ", learningRate=" + optimization.learningRate
                + ", weightDecay=" + optimization.weightDecay
                + ", mostGradient=" + optimization.clip
                + ", emaDecay=" + optimization.ema
                + ", weighting=" + optimization.weighting
                + ", width=" + width
                + ", height=" + height
                + ", seed=" + seed + "]";
    }
}
