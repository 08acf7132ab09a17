// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.distillation.data.NoisedImages;
import io.lorafleet.distillation.data.PromptEmbeddings;
import io.lorafleet.distillation.data.TrainingBatch;
import io.lorafleet.distillation.data.Trajectories;
import io.lorafleet.distillation.data.TrajectorySample;
import io.lorafleet.distillation.data.WeightedPrompt;
import io.lorafleet.distillation.model.Student;
import io.lorafleet.distillation.model.Teacher;
import io.lorafleet.distillation.tensor.HostTensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The trajectory samples of one round, in batches. The random numbers depend only on the plan's seed and the round
 * number.
 */
final class TrainingRound {
    private final StableDiffusion model;
    private final TrainingPlan plan;
    private final Shape latentShape;
    private final SplittableRandom random;
    /** Embeddings of this round's prompts; null until {@link #batches} is called. */
    private @Nullable PromptEmbeddings embeddings;

    TrainingRound(StableDiffusion model, TrainingPlan plan, int number) {
        this.model = model;
        this.plan = plan;
        this.random = new SplittableRandom(plan.seed() * 1_000_003 + number);
        int factor = model.sizeMultiple();
        this.latentShape =
                new Shape(model.vae().config().latentChannels(), plan.height() / factor, plan.width() / factor);
    }

    /**
     * Generates the round's images.
     *
     * @param student the student that generates the images; null if the teacher does
     * @param stepped callback that is invoked after each sampler step
     * @return the full batches of all passes; samples left over at the end are dropped
     */
    List<List<TrajectorySample>> batches(
            List<WeightedPrompt> prompts, Teacher teacher, @Nullable Student student, Runnable stepped) {
        List<String> chosen = new ArrayList<>();
        long[] seeds = new long[plan.sampling().promptsPerRound()];
        double totalWeight =
                prompts.stream().mapToDouble(WeightedPrompt::weight).sum();
        for (int i = 0; i < seeds.length; i++) {
            chosen.add(choose(prompts, random.nextDouble() * totalWeight));
            seeds[i] = random.nextInt() & 0xFFFFFFFFL;
        }
        chosen.add("");
        embeddings = new PromptEmbeddings(model, chosen, plan.width(), plan.height());
        int meanSteps = plan.sampling().samplerSteps();
        int steps = random.nextInt(meanSteps - meanSteps / 2, meanSteps + meanSteps / 2 + 1);
        List<TrajectorySample> samples = new ArrayList<>();
        float[][] images = new Trajectories(
                        model, teacher, student, plan.optimization().rowsAtOnce(), stepped)
                .generate(embeddings, seeds, steps, latentShape, samples);
        return shuffled(plan.method().distils() ? samples : new NoisedImages(model, random).samples(images, steps));
    }

    private static String choose(List<WeightedPrompt> prompts, double at) {
        double end = 0;
        for (WeightedPrompt each : prompts) {
            end += each.weight();
            if (at < end) {
                return each.prompt();
            }
        }
        return prompts.get(prompts.size() - 1).prompt();
    }

    private List<List<TrajectorySample>> shuffled(List<TrajectorySample> samples) {
        List<TrajectorySample> all = new ArrayList<>();
        for (int pass = 0; pass < plan.sampling().passes(); pass++) {
            List<TrajectorySample> once = new ArrayList<>(samples);
            for (int i = once.size() - 1; i > 0; i--) {
                once.set(i, once.set(random.nextInt(i + 1), once.get(i)));
            }
            all.addAll(once);
        }
        List<List<TrajectorySample>> batches = new ArrayList<>();
        int size = Math.min(plan.optimization().batch(), all.size());
        for (int end = size; end <= all.size(); end += size) {
            batches.add(all.subList(end - size, end));
        }
        return batches;
    }

    /** @param scope manager that owns the arrays */
    TrainingBatch batch(List<TrajectorySample> samples, NDManager scope) {
        float[] weights = new float[samples.size()];
        for (int i = 0; i < weights.length; i++) {
            double alphaBar = model.schedule().alphaBar()[(int) samples.get(i).timestep()];
            weights[i] = (float) plan.optimization().weighting().weight(alphaBar);
        }
        return new TrainingBatch(
                HostTensors.rows(samples.stream().map(TrajectorySample::latent).toList(), latentShape, scope),
                samples.stream().mapToDouble(TrajectorySample::timestep).toArray(),
                Objects.requireNonNull(embeddings, "batches() has not been called")
                        .of(samples.stream().mapToInt(TrajectorySample::prompt).toArray(), scope),
                HostTensors.rows(samples.stream().map(TrajectorySample::target).toList(), latentShape, scope),
                scope.create(weights));
    }
}
