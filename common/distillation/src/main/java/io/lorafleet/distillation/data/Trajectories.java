// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import io.lorafleet.distillation.model.Student;
import io.lorafleet.distillation.model.Teacher;
import io.lorafleet.distillation.tensor.Gradients;
import io.lorafleet.distillation.tensor.HostTensors;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Generates images and records a trajectory sample at each step. The recorded latents are better training data than
 * noised images, because the student encounters similar latents when it generates images.
 *
 * @param student the student that generates the images; null if the teacher does
 * @param rowsAtOnce images per UNet batch
 * @param stepped callback that is invoked after each sampler step
 */
public record Trajectories(
        StableDiffusion model, Teacher teacher, @Nullable Student student, int rowsAtOnce, Runnable stepped) {

    /**
     * Generates one image for each prompt.
     *
     * @param embeddings embeddings of the prompts, followed by the embedding of the empty prompt
     * @param seeds seeds of the images, one for each prompt
     * @param latent shape of one latent (C, H, W)
     * @param samples list that the trajectory samples are added to
     * @return the images' latents
     */
    public float[][] generate(
            PromptEmbeddings embeddings, long[] seeds, int steps, Shape latent, List<TrajectorySample> samples) {
        float[][] images = new float[seeds.length][];
        for (int first = 0; first < seeds.length; first += rowsAtOnce) {
            int[] prompts = IntStream.range(first, Math.min(first + rowsAtOnce, seeds.length))
                    .toArray();
            int from = first;
            Gradients.unrecorded(() -> {
                float[][] part =
                        generate(embeddings, seeds, prompts, new DdimTrajectory(model, steps), latent, samples);
                System.arraycopy(part, 0, images, from, part.length);
            });
        }
        return images;
    }

    private float[][] generate(
            PromptEmbeddings embeddings,
            long[] seeds,
            int[] prompts,
            DdimTrajectory trajectory,
            Shape latent,
            List<TrajectorySample> samples) {
        try (NDManager job = model.owner().newSubManager()) {
            int[] empty = new int[prompts.length];
            Arrays.fill(empty, seeds.length);
            PreparedConditioning both = teacher.prepare(embeddings.of(prompts, job), embeddings.of(empty, job), job);
            PreparedConditioning own =
                    student == null ? null : student.unet().prepare(embeddings.of(prompts, job), student.adaptation());
            List<Long> chosen = LongStream.of(seeds)
                    .skip(prompts[0])
                    .limit(prompts.length)
                    .boxed()
                    .toList();
            return HostTensors.rows(trajectory.from(
                    DdimTrajectory.noise(chosen, latent, job),
                    (latents, timesteps, scope) -> {
                        Teacher.Prediction prediction = teacher.predict(latents, timesteps, both, scope);
                        record(latents, timesteps[0], prompts, prediction, samples);
                        stepped.run();
                        return student == null || own == null
                                ? prediction.guided()
                                : student.unet().forward(latents, timesteps, own, student.adaptation());
                    },
                    job));
        }
    }

    private static void record(
            NDArray latents,
            double timestep,
            int[] prompts,
            Teacher.Prediction prediction,
            List<TrajectorySample> samples) {
        float[][] rows = HostTensors.rows(latents);
        float[][] targets = HostTensors.rows(prediction.guided());
        float[][] conds = HostTensors.rows(prediction.cond());
        for (int i = 0; i < prompts.length; i++) {
            samples.add(new TrajectorySample(
                    rows[i], timestep, prompts[i], targets[i], HostTensors.meanSquare(conds[i], targets[i])));
        }
    }
}
