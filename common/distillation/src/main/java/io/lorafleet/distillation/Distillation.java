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
 * A run that makes a student: in rounds, images are drawn for the points on their way, and the student learns at each
 * to say at once what the teacher says in two evaluations with guidance. The same plan, base, prompts and beginning give
 * the same student, on the same number of threads.
 *
 * @see <a href="https://arxiv.org/abs/2312.06899">Golnari 2023</a>; Meng et al. 2023, the first stage
 */
public final class Distillation implements AutoCloseable {
    private final StableDiffusion model;
    private final Student student;
    private final TrainingPlan plan;
    private final List<WeightedPrompt> prompts;
    private final NDManager owner;
    private final AdamW optimiser;
    private final MovingAverage mean;
    private int round;
    private int step;

    /**
     * @param model the teacher's; a student of low rank learns through its UNet, which then is laid out for training
     * @param student where it begins; stays the caller's
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
        this.prompts = List.copyOf(prompts);
        this.owner = model.owner().newSubManager();
        this.optimiser = new AdamW(student.parameters(), plan.weightDecay(), owner);
        this.mean = new MovingAverage(student.parameters(), plan.emaDecay(), owner);
    }

    private static void requireMultiple(String what, int found, int factor) {
        if (found < factor || found % factor != 0) {
            throw new DistillationException(what + ": expected a multiple of " + factor + ", found " + found);
        }
    }

    /** Goes on from a checkpoint of a run like this one. */
    public void resume(byte[] checkpoint) {
        TrainingCheckpoint kept = TrainingCheckpoint.restore(checkpoint, plan.toString(), arrays(), owner);
        round = kept.round();
        step = kept.step();
        optimiser.resume(step);
    }

    /** @return this run, so far; to be taken between two rounds */
    public byte[] checkpoint() {
        return new TrainingCheckpoint(plan.toString(), round, step, arrays()).write();
    }

    private Map<String, NDArray> arrays() {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        student.parameters().forEach((name, array) -> arrays.put("parameter." + name, array));
        mean.means().forEach((name, array) -> arrays.put("mean." + name, array));
        optimiser.moments().forEach((name, moments) -> {
            arrays.put("first." + name, moments.first());
            arrays.put("second." + name, moments.second());
        });
        return arrays;
    }

    public boolean done() {
        return step >= plan.steps();
    }

    /**
     * Draws one round's images and learns from them.
     *
     * @param progress hears of every step, and before them of those of the drawing. If it throws, the round is left where
     *     it is: the run cannot be gone on with, but from its checkpoint
     */
    public void round(Consumer<TrainingProgress> progress) {
        TrainingProgress drawing =
                new TrainingProgress(step, plan.steps(), Double.NaN, Double.NaN, plan.learningRate(step), true);
        TrainingRound drawn = new TrainingRound(model, plan, round);
        Teacher teacher = new Teacher(model.unet(), plan.guidance());
        List<List<TrajectorySample>> batches = drawn.batches(
                prompts, teacher, plan.studentDrives(step) ? student : null, () -> progress.accept(drawing));
        for (List<TrajectorySample> samples : batches) {
            if (done()) {
                break;
            }
            progress.accept(learn(drawn, samples));
        }
        round++;
    }

    private TrainingProgress learn(TrainingRound drawn, List<TrajectorySample> samples) {
        optimiser.clear();
        double loss = 0;
        for (int first = 0; first < samples.size(); first += plan.rowsAtOnce()) {
            List<TrajectorySample> some = samples.subList(first, Math.min(first + plan.rowsAtOnce(), samples.size()));
            double share = (double) some.size() / samples.size();
            try (NDManager scope = owner.newSubManager()) {
                loss += share * Loss.backward(student, drawn.batch(some, scope), share, scope);
            }
        }
        Gradients.clip(student.parameters().values(), plan.mostGradient(), owner);
        double learningRate = plan.learningRate(step);
        optimiser.step(learningRate);
        step++;
        mean.take(step);
        double unguided = samples.stream()
                .mapToDouble(TrajectorySample::unguided)
                .average()
                .orElseThrow();
        return new TrainingProgress(step, plan.steps(), loss, loss / unguided, learningRate, false);
    }

    /** @return the student's parameters as they are now, by name: their running means, which stay with this object */
    public Map<String, NDArray> parameters() {
        return mean.means();
    }

    @Override
    public void close() {
        owner.close();
    }
}
