package io.lorafleet.distillation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.SeededNoise;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.sampler.History;
import io.lorafleet.diffusion.sampler.Sampler;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Draws pictures for the points on their way, and asks the teacher at each. Points on the way that pictures really take
 * teach more than noise laid over pictures: they are where the student will be asked.
 *
 * @param student whose answers make the steps; null if the teacher's do
 * @param rowsAtOnce pictures that are drawn together
 */
record Trajectories(StableDiffusion model, Teacher teacher, Student student, int rowsAtOnce) {

    /**
     * @param texts of the prompts, and behind them that of no prompt
     * @param seeds of the pictures, one for each prompt
     * @param latentShape (C, H, W)
     * @return the points of the first pictures' ways, then those of the next ones
     */
    List<Point> draw(Texts texts, long[] seeds, int steps, Shape latentShape) {
        List<Point> points = new ArrayList<>();
        for (int first = 0; first < seeds.length; first += rowsAtOnce) {
            int end = Math.min(first + rowsAtOnce, seeds.length);
            int[] prompts = IntStream.range(first, end).toArray();
            Gradients.unrecorded(() -> draw(texts, seeds, prompts, steps, latentShape, points));
        }
        return points;
    }

    private void draw(Texts texts, long[] seeds, int[] prompts, int steps, Shape latentShape, List<Point> points) {
        Sampler sampler = SamplerKind.DDIM.with(model.schedule(), steps);
        double[] timesteps = sampler.timesteps();
        try (NDManager job = model.owner().newSubManager()) {
            int[] nothing = new int[prompts.length];
            Arrays.fill(nothing, seeds.length);
            PreparedConditioning guided = teacher.prepare(texts.of(prompts, job), texts.of(nothing, job), job);
            PreparedConditioning own =
                    student == null ? null : student.unet().prepare(texts.of(prompts, job), student.adaptation());
            History history = new History(job, count -> {
                throw new IllegalStateException("DDIM with eta 0 draws no noise");
            });
            NDArray latent = noise(seeds, prompts, latentShape, job);
            for (int step = 0; step < steps; step++) {
                double[] rows = new double[prompts.length];
                Arrays.fill(rows, timesteps[step]);
                try (NDManager scope = job.newSubManager()) {
                    latent.tempAttach(scope);
                    Teacher.Prediction said = teacher.predict(latent, rows, guided, scope);
                    keep(latent, timesteps[step], prompts, said, points);
                    NDArray output = student == null
                            ? said.guided()
                            : student.unet().forward(latent, rows, own, student.adaptation());
                    NDArray next = sampler.step(latent, output, step, history);
                    next.attach(job);
                    latent = next;
                }
            }
        }
    }

    private static NDArray noise(long[] seeds, int[] prompts, Shape shape, NDManager owner) {
        int size = Math.toIntExact(shape.size());
        List<float[]> rows = new ArrayList<>();
        for (int prompt : prompts) {
            rows.add(new SeededNoise(seeds[prompt]).next(size));
        }
        return HostRows.rows(rows, shape, owner);
    }

    private static void keep(
            NDArray latent, double timestep, int[] prompts, Teacher.Prediction said, List<Point> points) {
        float[][] latents = HostRows.rows(latent);
        float[][] targets = HostRows.rows(said.guided());
        float[][] conds = HostRows.rows(said.cond());
        for (int i = 0; i < prompts.length; i++) {
            double unguided = meanSquare(conds[i], targets[i]);
            points.add(new Point(latents[i], timestep, prompts[i], targets[i], unguided));
        }
    }

    static double meanSquare(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = (double) a[i] - b[i];
            sum += difference * difference;
        }
        return sum / a.length;
    }
}
