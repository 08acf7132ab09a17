// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Draws pictures for the points on their way, and asks the teacher at each. Points on the way that pictures really take
 * teach more than noise laid over pictures: they are where the student will be asked.
 *
 * @param student whose answers make the steps; null if the teacher's do
 * @param rowsAtOnce pictures that are drawn together
 * @param stepped called after each step of theirs
 */
record Trajectories(
        StableDiffusion model, Teacher teacher, @Nullable Student student, int rowsAtOnce, Runnable stepped) {

    /**
     * @param texts of the prompts, and behind them that of no prompt
     * @param seeds of the pictures, one for each prompt
     * @param latent shape of one (C, H, W)
     * @param points gets those on the pictures' ways
     * @return the pictures' latents
     */
    float[][] draw(Texts texts, long[] seeds, int steps, Shape latent, List<Point> points) {
        float[][] pictures = new float[seeds.length][];
        for (int first = 0; first < seeds.length; first += rowsAtOnce) {
            int[] prompts = IntStream.range(first, Math.min(first + rowsAtOnce, seeds.length))
                    .toArray();
            int from = first;
            Gradients.unrecorded(() -> {
                float[][] some = draw(texts, seeds, prompts, new Walk(model, steps), latent, points);
                System.arraycopy(some, 0, pictures, from, some.length);
            });
        }
        return pictures;
    }

    private float[][] draw(Texts texts, long[] seeds, int[] prompts, Walk walk, Shape latent, List<Point> points) {
        try (NDManager job = model.owner().newSubManager()) {
            int[] nothing = new int[prompts.length];
            Arrays.fill(nothing, seeds.length);
            PreparedConditioning both = teacher.prepare(texts.of(prompts, job), texts.of(nothing, job), job);
            PreparedConditioning own =
                    student == null ? null : student.unet().prepare(texts.of(prompts, job), student.adaptation());
            List<Long> drawn = LongStream.of(seeds)
                    .skip(prompts[0])
                    .limit(prompts.length)
                    .boxed()
                    .toList();
            return HostRows.rows(walk.from(
                    Walk.noise(drawn, latent, job),
                    (latents, timesteps, scope) -> {
                        Teacher.Prediction said = teacher.predict(latents, timesteps, both, scope);
                        keep(latents, timesteps[0], prompts, said, points);
                        stepped.run();
                        return student == null || own == null
                                ? said.guided()
                                : student.unet().forward(latents, timesteps, own, student.adaptation());
                    },
                    job));
        }
    }

    private static void keep(
            NDArray latents, double timestep, int[] prompts, Teacher.Prediction said, List<Point> points) {
        float[][] rows = HostRows.rows(latents);
        float[][] targets = HostRows.rows(said.guided());
        float[][] conds = HostRows.rows(said.cond());
        for (int i = 0; i < prompts.length; i++) {
            points.add(new Point(rows[i], timestep, prompts[i], targets[i], HostRows.meanSquare(conds[i], targets[i])));
        }
    }
}
