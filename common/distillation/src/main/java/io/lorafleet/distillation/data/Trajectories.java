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
 * Draws images for the points on their way, and asks the teacher at each. Points on the way that images really take
 * teach more than noise laid over images: they are where the student will be asked.
 *
 * @param student whose answers make the steps; null if the teacher's do
 * @param rowsAtOnce images that are drawn together
 * @param stepped called after each step of theirs
 */
public record Trajectories(
        StableDiffusion model, Teacher teacher, @Nullable Student student, int rowsAtOnce, Runnable stepped) {

    /**
     * @param embeddings of the prompts, and behind them that of no prompt
     * @param seeds of the images, one for each prompt
     * @param latent shape of one (C, H, W)
     * @param samples gets those on the images' ways
     * @return the images' latents
     */
    public float[][] draw(
            PromptEmbeddings embeddings, long[] seeds, int steps, Shape latent, List<TrajectorySample> samples) {
        float[][] images = new float[seeds.length][];
        for (int first = 0; first < seeds.length; first += rowsAtOnce) {
            int[] prompts = IntStream.range(first, Math.min(first + rowsAtOnce, seeds.length))
                    .toArray();
            int from = first;
            Gradients.unrecorded(() -> {
                float[][] some = draw(embeddings, seeds, prompts, new DdimTrajectory(model, steps), latent, samples);
                System.arraycopy(some, 0, images, from, some.length);
            });
        }
        return images;
    }

    private float[][] draw(
            PromptEmbeddings embeddings,
            long[] seeds,
            int[] prompts,
            DdimTrajectory trajectory,
            Shape latent,
            List<TrajectorySample> samples) {
        try (NDManager job = model.owner().newSubManager()) {
            int[] nothing = new int[prompts.length];
            Arrays.fill(nothing, seeds.length);
            PreparedConditioning both = teacher.prepare(embeddings.of(prompts, job), embeddings.of(nothing, job), job);
            PreparedConditioning own =
                    student == null ? null : student.unet().prepare(embeddings.of(prompts, job), student.adaptation());
            List<Long> drawn = LongStream.of(seeds)
                    .skip(prompts[0])
                    .limit(prompts.length)
                    .boxed()
                    .toList();
            return HostTensors.rows(trajectory.from(
                    DdimTrajectory.noise(drawn, latent, job),
                    (latents, timesteps, scope) -> {
                        Teacher.Prediction said = teacher.predict(latents, timesteps, both, scope);
                        keep(latents, timesteps[0], prompts, said, samples);
                        stepped.run();
                        return student == null || own == null
                                ? said.guided()
                                : student.unet().forward(latents, timesteps, own, student.adaptation());
                    },
                    job));
        }
    }

    private static void keep(
            NDArray latents, double timestep, int[] prompts, Teacher.Prediction said, List<TrajectorySample> samples) {
        float[][] rows = HostTensors.rows(latents);
        float[][] targets = HostTensors.rows(said.guided());
        float[][] conds = HostTensors.rows(said.cond());
        for (int i = 0; i < prompts.length; i++) {
            samples.add(new TrajectorySample(
                    rows[i], timestep, prompts[i], targets[i], HostTensors.meanSquare(conds[i], targets[i])));
        }
    }
}
