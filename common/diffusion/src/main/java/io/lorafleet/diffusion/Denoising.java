// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.sampler.Sampler;
import io.lorafleet.diffusion.sampler.SamplerState;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * An image on its way from noise: the latent, and how far it has come. It goes one step at a time, alone or in a
 * {@link StepBatch}, so that whoever drives it can stop, or do something else, between two steps.
 */
public final class Denoising implements AutoCloseable {
    private final PreparedPrompt prompt;
    private final GenerationParameters request;
    private final Sampler sampler;
    private final double[] timesteps;
    private final NDManager job;
    private final SamplerState history;
    private NDArray latent;
    /** What the last step went by; null before the first. */
    private @Nullable Last last;

    private int step;
    private Shadow.Errors shadowErrors = Shadow.Errors.NONE;
    private Shadow.Errors allShadowErrors = new Shadow.Errors(0, 0);

    /**
     * A step that was made.
     *
     * @param latent before it
     * @param output what the model said, after guidance
     */
    private record Last(NDArray latent, NDArray output) {
        void close() {
            latent.close();
            output.close();
        }
    }

    private Denoising(
            PreparedPrompt prompt,
            GenerationParameters request,
            @Nullable ImageToImage imageToImage,
            IntFunction<float[]> noise) {
        this.prompt = prompt;
        this.request = request;
        this.sampler = request.sampler()
                .with(
                        prompt.model().schedule(),
                        request.steps(),
                        imageToImage == null ? 0 : imageToImage.skipped(request.steps()));
        this.timesteps = sampler.timesteps();
        this.job = prompt.model().owner().newSubManager();
        try {
            this.history = new SamplerState(job, noise);
            this.latent = firstLatent(imageToImage, noise);
        } catch (RuntimeException e) {
            job.close();
            throw e;
        }
    }

    /**
     * Begins an image.
     *
     * @param prompt of this request, or of one that differs in sampler, steps and seed
     * @param imageToImage that it comes from, or null if it comes from nothing but noise
     * @return to be closed by the caller, before the prompt
     * @throws IllegalArgumentException as {@link #requireFit}, or if there cannot be so many steps
     */
    public static Denoising start(
            PreparedPrompt prompt, GenerationParameters request, @Nullable ImageToImage imageToImage) {
        requireFit(prompt.model(), request, imageToImage);
        return new Denoising(prompt, request, imageToImage, new SeededNoise(request.seed())::next);
    }

    /** As {@link #start}, from this noise instead of the seed's, for a sampler that adds none on the way. */
    public static Denoising startFrom(float[] noise, PreparedPrompt prompt, GenerationParameters request) {
        return new Denoising(prompt, request, null, count -> noise);
    }

    /**
     * Refuses what the model cannot draw, before anything is computed for it.
     *
     * @throws IllegalArgumentException if the model has no such size, or the image has another one or leaves no step
     */
    public static void requireFit(
            StableDiffusion model, GenerationParameters request, @Nullable ImageToImage imageToImage) {
        latentShape(model, request);
        if (imageToImage != null) {
            imageToImage.requireFit(request);
        }
    }

    private static Shape latentShape(StableDiffusion model, GenerationParameters request) {
        int factor = model.sizeMultiple();
        requireMultiple("width", request.width(), factor);
        requireMultiple("height", request.height(), factor);
        return new Shape(1, model.vae().config().latentChannels(), request.height() / factor, request.width() / factor);
    }

    private static void requireMultiple(String field, int found, int factor) {
        if (found < factor || found % factor != 0) {
            throw new IllegalArgumentException(
                    field + ": expected a multiple of " + factor + ", the model's size of a latent, found " + found);
        }
    }

    /** An image takes two draws of noise, in diffusers' order: for its own latent, then to lay over that. */
    private NDArray firstLatent(@Nullable ImageToImage imageToImage, IntFunction<float[]> noise) {
        Shape shape = latentShape(prompt.model(), request);
        int count = Math.toIntExact(shape.size());
        try (NDManager scope = job.newSubManager()) {
            NDArray drawn = scope.create(noise.apply(count), shape);
            NDArray first = imageToImage == null
                    ? drawn.mul(sampler.initialNoiseScale())
                    : sampler.noised(
                            prompt.model()
                                    .vae()
                                    .encodeScaled(imageToImage.image().toArray(scope), drawn),
                            scope.create(noise.apply(count), shape));
            first.attach(job);
            return first;
        }
    }

    public boolean done() {
        return step == timesteps.length;
    }

    /** Goes one step, alone. */
    public void advance() {
        try (StepBatch alone = StepBatch.of(List.of(this))) {
            alone.advance();
        }
    }

    /** @return rows of the UNet's batch that each step takes */
    public int rows() {
        return prompt.rowCount();
    }

    PreparedPrompt prompt() {
        return prompt;
    }

    /** @return the timestep that the model is asked about next */
    double timestep() {
        if (done()) {
            throw new IllegalStateException("all " + step + " steps are done");
        }
        return timesteps[step];
    }

    /** @return the latent as the model takes it next (1, C, H, W): the latent itself, or what belongs to the scope */
    NDArray modelInput(NDManager scope) {
        NDArray input = sampler.modelInput(latent, step);
        if (input != latent) {
            input.attach(scope);
        }
        return input;
    }

    /** @param outputs the model's answer for each row of the prompt (rows, C, H, W) */
    void advance(NDArray outputs) {
        NDArray output;
        NDArray next;
        try (NDManager scope = job.newSubManager()) {
            latent.tempAttach(scope);
            outputs.tempAttach(scope);
            output = guided(outputs);
            next = sampler.step(latent, output, step, history);
            output.attach(job);
            next.attach(job);
            if (prompt.shadow() != null) {
                shadowErrors = prompt.shadow().errors(outputs, request.guided());
                allShadowErrors = allShadowErrors.plus(shadowErrors);
            }
        }
        if (last != null) {
            last.close();
        }
        last = new Last(latent, output);
        latent = next;
        step++;
    }

    /** @return what the sampler goes by (1, C, H, W) */
    private NDArray guided(NDArray outputs) {
        if (!request.guided()) {
            return outputs.get(new NDIndex(":1"));
        }
        NDArray uncond = outputs.get(new NDIndex(":1"));
        NDArray cond = outputs.get(new NDIndex("1:2"));
        return uncond.add(cond.sub(uncond).mul(request.guidanceScale()));
    }

    /** @return of the last step; all NaN without a shadow */
    public Shadow.Errors shadowErrors() {
        return shadowErrors;
    }

    /** @return means of the steps so far; empty without a shadow */
    public Optional<Shadow.Errors> meanShadowErrors() {
        return prompt.shadow() == null || step == 0 ? Optional.empty() : Optional.of(allShadowErrors.over(step));
    }

    /** @return the latent after the steps done so far (1, C, H, W); stays with this object */
    public NDArray latent() {
        return latent;
    }

    /** @return roughly the image that the last step saw coming, a pixel for each of the latent's */
    public RgbImage preview(LatentPreview colours) {
        if (last == null) {
            throw new IllegalStateException("no step is done");
        }
        try (NDManager scope = job.newSubManager()) {
            last.latent().tempAttach(scope);
            NDArray input = sampler.modelInput(last.latent(), step - 1);
            return colours.image(prompt.model().schedule().predicted(input, last.output(), timesteps[step - 1]));
        }
    }

    /** @return the image that the latent stands for now */
    public RgbImage image() {
        try (NDManager scope = job.newSubManager()) {
            latent.tempAttach(scope);
            return RgbImage.of(prompt.model().vae().decodeScaled(latent).toType(DataType.FLOAT32, false));
        }
    }

    /** Frees what the image needed. */
    @Override
    public void close() {
        job.close();
    }
}
