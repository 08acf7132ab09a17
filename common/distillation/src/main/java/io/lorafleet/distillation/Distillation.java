// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.distillation.data.TrajectorySample;
import io.lorafleet.distillation.data.WeightedPrompt;
import io.lorafleet.distillation.model.Student;
import io.lorafleet.distillation.model.Teacher;
import io.lorafleet.distillation.optim.AdamW;
import io.lorafleet.distillation.optim.Loss;
import io.lorafleet.distillation.optim.MovingAverage;
import io.lorafleet.distillation.tensor.Gradients;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The distillation of one student. Each round generates images with the teacher (or, in the last rounds, with the
 * student, depending on the plan) and collects training samples. The student is trained on these samples to predict in
 * one UNet evaluation what the teacher predicts in two. With the same number of threads, the same plan, base, prompts
 * and initial student always produce the same result.
 *
 * @see <a href="https://arxiv.org/abs/2312.06899">Golnari 2023</a>; Meng et al. 2023, the first stage
 */
public final class Distillation implements AutoCloseable {
    private final StableDiffusion model;
    private final Student student;
    private final TrainingPlan plan;
    private final TrainingPlan.Optimization optimization;
    private final List<WeightedPrompt> prompts;
    private final NDManager owner;
    private final AdamW optimizer;
    private final MovingAverage mean;
    private int round;
    private int step;

    /**
     * Starts a run.
     *
     * @param model the teacher's model; a LoRA student needs a model opened for training
     * @param student the student to train; the caller must close it
     */
    public Distillation(StableDiffusion model, Student student, TrainingPlan plan, List<WeightedPrompt> prompts) {
        if (prompts.isEmpty()) {
            throw new DistillationException("prompts: expected at least one, found none");
        }
        requireMultiple("width", plan.width(), model.sizeMultiple());
        requireMultiple("height", plan.height(), model.sizeMultiple());
        this.model = model;
        this.student = student;
        this.plan = plan;
        this.optimization = plan.optimization();
        this.prompts = List.copyOf(prompts);
        this.owner = model.owner().newSubManager();
        this.optimizer = new AdamW(student.parameters(), optimization.weightDecay(), owner);
        this.mean = new MovingAverage(student.parameters(), optimization.ema(), owner);
    }

    private static void requireMultiple(String key, int found, int factor) {
        if (found < factor || found % factor != 0) {
            throw new DistillationException(key + ": expected a multiple of " + factor + ", found " + found);
        }
    }

    /** Resumes from a checkpoint of a run with the same plan. */
    public void resume(byte[] checkpoint) {
        TrainingCheckpoint restored = TrainingCheckpoint.restore(checkpoint, plan.toString(), arrays(), owner);
        round = restored.round();
        step = restored.step();
        optimizer.resume(step);
    }

    /** @return the state of this run; call this only between two rounds */
    public byte[] checkpoint() {
        return new TrainingCheckpoint(plan.toString(), round, step, arrays()).write();
    }

    private Map<String, NDArray> arrays() {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        student.parameters().forEach((name, array) -> arrays.put("parameter." + name, array));
        mean.means().forEach((name, array) -> arrays.put("mean." + name, array));
        optimizer.moments().forEach((name, moments) -> {
            arrays.put("first." + name, moments.first());
            arrays.put("second." + name, moments.second());
        });
        return arrays;
    }

    public boolean done() {
        return step >= optimization.steps();
    }

    /**
     * Executes one round: generates its images, then trains on their trajectory samples.
     *
     * @param progress callback that is invoked after each sampler step and each optimizer step. If the callback throws,
     *     the run can continue only from a checkpoint
     */
    public void round(Consumer<TrainingProgress> progress) {
        TrainingProgress generating = new TrainingProgress(
                step, optimization.steps(), Double.NaN, Double.NaN, optimization.learningRate(step), true);
        TrainingRound current = new TrainingRound(model, plan, round);
        Teacher teacher = new Teacher(model.unet(), plan.guidance());
        List<List<TrajectorySample>> batches = current.batches(
                prompts,
                teacher,
                plan.usesStudentTrajectories(step) ? student : null,
                () -> progress.accept(generating));
        for (List<TrajectorySample> samples : batches) {
            if (done()) {
                break;
            }
            progress.accept(train(current, samples));
        }
        round++;
    }

    private TrainingProgress train(TrainingRound current, List<TrajectorySample> samples) {
        optimizer.clear();
        double loss = 0;
        int rowsAtOnce = optimization.rowsAtOnce();
        for (int first = 0; first < samples.size(); first += rowsAtOnce) {
            List<TrajectorySample> chunk = samples.subList(first, Math.min(first + rowsAtOnce, samples.size()));
            double share = (double) chunk.size() / samples.size();
            try (NDManager scope = owner.newSubManager()) {
                loss += share * Loss.backward(student, current.batch(chunk, scope), share, scope);
            }
        }
        Gradients.clip(student.parameters().values(), optimization.clip(), owner);
        double learningRate = optimization.learningRate(step);
        optimizer.step(learningRate);
        step++;
        mean.take(step);
        double unguided = samples.stream()
                .mapToDouble(TrajectorySample::unguided)
                .average()
                .orElseThrow();
        return new TrainingProgress(step, optimization.steps(), loss, loss / unguided, learningRate, false);
    }

    /** @return the moving averages of the student's parameters, by name; they are closed with this object */
    public Map<String, NDArray> parameters() {
        return mean.means();
    }

    @Override
    public void close() {
        owner.close();
    }
}
