// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.eval;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.GenerationParameters;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.StepBatch;
import io.lorafleet.diffusion.lora.DeviceAdapter;
import io.lorafleet.diffusion.lora.LoraAdapter;
import io.lorafleet.diffusion.lora.RowAdapters;
import io.lorafleet.diffusion.lora.RowAdapters.Applied;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import io.lorafleet.distillation.data.DdimTrajectory;
import io.lorafleet.distillation.model.Teacher;
import io.lorafleet.distillation.tensor.Gradients;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Compares a student with its teacher and with the base without guidance, on the same prompts and noise. This requires
 * no other model, and the results are reproducible.
 *
 * @param guidance teacher's guidance scale
 * @param steps DDIM steps per image
 * @param rowsAtOnce UNet rows per batch
 * @param width width of the images, in pixels
 * @param height height of the images, in pixels
 * @param seed seed of the first image; the seed increases by one per image
 */
public record Evaluation(
        StableDiffusion model, double guidance, int steps, int rowsAtOnce, int width, int height, long seed) {

    private static final int REPETITIONS = 11;

    /** The images generated for one prompt, all from the same initial noise. */
    public record Images(String prompt, long seed, RgbImage teacher, RgbImage unguided, RgbImage student) {}

    /** The measured quality, and the compared images. */
    public record Result(Quality quality, List<Images> images) {}

    /**
     * Measures a student's quality.
     *
     * @param student an adapter for the model
     * @param done receives the number of completed prompts
     */
    public Result of(LoraAdapter student, List<String> prompts, IntConsumer done) {
        QualityCount count = new QualityCount(model.schedule().trainTimesteps());
        List<Images> images = new ArrayList<>();
        try (DeviceAdapter deviceAdapter =
                DeviceAdapter.of(student, model.unet().weights(), model.unet().type(), model.owner())) {
            for (int first = 0; first < prompts.size(); first += rowsAtOnce) {
                List<String> batch = prompts.subList(first, Math.min(first + rowsAtOnce, prompts.size()));
                Gradients.unrecorded(() -> compare(deviceAdapter, batch, images.size(), count, images));
                done.accept(images.size());
            }
        }
        return new Result(count.quality(), images);
    }

    /**
     * Measures the time per image for the teacher and the student in alternation, with the same code path as for
     * requests. Every batch is full, so a student's batch contains twice as many images as a teacher's.
     */
    public StepTimes speed(LoraAdapter student, String prompt) {
        List<Double> teachers = new ArrayList<>();
        List<Double> students = new ArrayList<>();
        try (DeviceAdapter deviceAdapter =
                DeviceAdapter.of(student, model.unet().weights(), model.unet().type(), model.owner())) {
            for (int i = -1; i < REPETITIONS; i++) { // the first repetition is a warm-up
                double teacherTime = seconds(request(prompt, guidance), List.of());
                double studentTime = seconds(request(prompt, 1), List.of(new Applied(deviceAdapter, 1)));
                if (i >= 0) {
                    teachers.add(teacherTime);
                    students.add(studentTime);
                }
            }
        }
        Collections.sort(teachers);
        Collections.sort(students);
        return new StepTimes(rowsAtOnce, teachers.get(REPETITIONS / 2), students.get(REPETITIONS / 2));
    }

    private GenerationParameters request(String prompt, double scale) {
        return new GenerationParameters(prompt, "", scale, SamplerKind.DDIM, steps, width, height, seed);
    }

    /** @return the time per image in seconds */
    private double seconds(GenerationParameters request, List<Applied> adapters) {
        int imagesPerBatch = Math.max(1, rowsAtOnce / (request.guided() ? 2 : 1));
        try (PreparedPrompt prepared = PreparedPrompt.of(model, request, adapters, null)) {
            List<Denoising> images = Stream.generate(() -> Denoising.start(prepared, request, null))
                    .limit(imagesPerBatch)
                    .toList();
            long start = System.nanoTime();
            try (StepBatch batch = StepBatch.of(images)) {
                for (int step = 0; step < steps; step++) {
                    batch.advance();
                }
            }
            images.get(0).latent().toFloatArray(); // waits for the device
            double seconds = (System.nanoTime() - start) / 1e9;
            images.forEach(Denoising::close);
            return seconds / imagesPerBatch;
        }
    }

    private void compare(
            DeviceAdapter deviceAdapter, List<String> prompts, int first, QualityCount count, List<Images> to) {
        Teacher teacher = new Teacher(model.unet(), guidance);
        DdimTrajectory trajectory = new DdimTrajectory(model, steps);
        int rows = prompts.size();
        try (NDManager job = model.owner().newSubManager();
                RowAdapters adapters = RowAdapters.stack(
                        Collections.nCopies(rows, List.of(new Applied(deviceAdapter, 1))),
                        model.unet().type(),
                        job)) {
            Conditioning text = model.prompts().encode(prompts, width, height, job);
            Conditioning nothing = model.prompts().encode(Collections.nCopies(rows, ""), width, height, job);
            PreparedConditioning both = teacher.prepare(text, nothing, job);
            PreparedConditioning alone = model.unet().prepare(text, Adaptation.NONE);
            PreparedConditioning adapted = model.unet().prepare(text, adapters);
            List<Long> seeds =
                    LongStream.range(seed + first, seed + first + rows).boxed().toList();
            NDArray noise = DdimTrajectory.noise(seeds, latent(), job);
            NDArray guided = trajectory.from(
                    noise,
                    (latents, timesteps, scope) -> {
                        Teacher.Prediction prediction = teacher.predict(latents, timesteps, both, scope);
                        count.sample(
                                timesteps[0], prediction, model.unet().forward(latents, timesteps, adapted, adapters));
                        return prediction.guided();
                    },
                    job);
            NDArray unguided = trajectory.from(
                    noise,
                    (latents, timesteps, scope) -> model.unet().forward(latents, timesteps, alone, Adaptation.NONE),
                    job);
            NDArray learned = trajectory.from(
                    noise,
                    (latents, timesteps, scope) -> model.unet().forward(latents, timesteps, adapted, adapters),
                    job);
            count.latents(guided, unguided, learned);
            for (int row = 0; row < rows; row++) {
                Images generated = new Images(
                        prompts.get(row),
                        seeds.get(row),
                        image(guided, row),
                        image(unguided, row),
                        image(learned, row));
                count.images(generated);
                to.add(generated);
            }
        }
    }

    private Shape latent() {
        int factor = model.sizeMultiple();
        return new Shape(model.vae().config().latentChannels(), height / factor, width / factor);
    }

    private RgbImage image(NDArray latents, int row) {
        try (NDManager scope = latents.getManager().newSubManager()) {
            NDArray one = latents.get(new NDIndex(row + ":" + (row + 1)));
            one.attach(scope);
            return RgbImage.of(model.vae().decodeScaled(one));
        }
    }
}
