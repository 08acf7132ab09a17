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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The denoising state of one image: its latent and its position in the sampling schedule. It advances one step at a
 * time, alone or in a {@link StepBatch}, so the caller can stop or do other work between steps.
 */
public final class Denoising implements AutoCloseable {
    private final PreparedPrompt prompt;
    private final GenerationParameters request;
    private final Sampler sampler;
    private final double[] timesteps;
    /** Index of the first model evaluation with guidance. */
    private final int guidanceStart;
    /** Index of the first model evaluation after those with guidance. */
    private final int guidanceEnd;

    private final NDManager owner;
    private final SamplerState samplerState;
    private final @Nullable ImageToImage imageToImage;
    private final Inpainting inpainting;
    private NDArray latent;
    /** Inputs of the latest step; null before the first step. */
    private @Nullable Last last;

    private int step;
    private Shadow.Errors shadowErrors = Shadow.Errors.NONE;
    private Shadow.Errors allShadowErrors = new Shadow.Errors(0, 0);

    /**
     * A completed step.
     *
     * @param latent latent before the step
     * @param output model output after guidance
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
        this.imageToImage = imageToImage;
        this.sampler = request.sampler()
                .with(
                        prompt.model().schedule(),
                        request.steps(),
                        imageToImage == null ? 0 : imageToImage.startStep(request.steps()),
                        request.samplerSettings());
        this.timesteps = sampler.timesteps();
        GuidanceInterval interval = request.guidanceInterval();
        this.guidanceStart = sampler.evaluationsBefore(interval.firstStep(sampler.steps()));
        this.guidanceEnd = sampler.evaluationsBefore(interval.endStep(sampler.steps()));
        this.owner = prompt.model().owner().newSubManager();
        try (NDManager scope = owner.newSubManager()) {
            this.samplerState = new SamplerState(owner, noise);
            Inpainting.Start start = start(imageToImage, noise, scope);
            this.inpainting = start.inpainting();
            this.latent = start.latent();
            latent.attach(owner);
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /**
     * Starts the generation of an image, with noise generated from its seed.
     *
     * @param prompt prepared prompt of this request, or of one that differs only in sampler, steps and seed
     * @param request generation parameters of the image
     * @param imageToImage image to start from; null to start from noise
     * @return the state at the first step, to be closed by the caller before the prompt
     * @throws IllegalArgumentException if {@link #requireFit} rejects the request, or if the noise schedule does not
     *     support that number of steps
     */
    public static Denoising start(
            PreparedPrompt prompt, GenerationParameters request, @Nullable ImageToImage imageToImage) {
        requireFit(prompt.model(), request, imageToImage);
        return new Denoising(prompt, request, imageToImage, new SeededNoise(request.seed())::next);
    }

    /**
     * Like {@link #start}, with the given noise instead of noise generated from the seed. Supports only samplers that
     * add no noise between steps. An inpainting model gets zeros instead of a mask and an image.
     *
     * @param noise unit noise of the latent's size
     */
    public static Denoising startFrom(float[] noise, PreparedPrompt prompt, GenerationParameters request) {
        return new Denoising(prompt, request, null, count -> noise);
    }

    /**
     * Rejects a request that the model does not support, before any computation.
     *
     * @throws IllegalArgumentException if a side is not a multiple of {@link StableDiffusion#sizeMultiple}, if the size
     *     of the init image or the mask differs from the size in the request, if the mask repaints nothing, or if an
     *     inpainting model gets no mask
     */
    public static void requireFit(
            StableDiffusion model, GenerationParameters request, @Nullable ImageToImage imageToImage) {
        latentShape(model, request);
        if (imageToImage != null) {
            imageToImage.requireFit(request, model.sizeMultiple());
        }
        if (model.inpainting() && (imageToImage == null || imageToImage.mask() == null)) {
            throw new IllegalArgumentException("mask: expected an init image and a mask, because the model "
                    + model.name() + " is an inpainting model, found none");
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
            throw new IllegalArgumentException(field + ": expected a multiple of " + factor + ", found " + found);
        }
    }

    /**
     * Noise is drawn twice for an init image, in the same order as in diffusers: first to sample the image's latent,
     * then to add noise to that latent.
     */
    private Inpainting.Start start(@Nullable ImageToImage imageToImage, IntFunction<float[]> noise, NDManager scope) {
        StableDiffusion model = prompt.model();
        Shape shape = latentShape(model, request);
        Supplier<NDArray> unit = () -> scope.create(noise.apply(Math.toIntExact(shape.size())), shape);
        if (imageToImage == null) {
            Inpainting empty = model.inpainting() ? Inpainting.Channels.empty(shape, owner) : Inpainting.NONE;
            return new Inpainting.Start(unit.get().mul(sampler.initialNoiseScale()), empty);
        }
        if (imageToImage.mask() != null) {
            return Inpainting.start(model, imageToImage, imageToImage.mask(), sampler, unit, scope, owner);
        }
        NDArray clean = model.vae().encodeScaled(imageToImage.image().toArray(scope), unit.get());
        return new Inpainting.Start(sampler.addNoise(clean, unit.get(), 0), Inpainting.NONE);
    }

    /** @return whether all steps are complete */
    public boolean done() {
        return step == timesteps.length;
    }

    /** Advances only this image by one step. */
    public void advance() {
        try (StepBatch alone = StepBatch.of(List.of(this))) {
            alone.advance();
        }
    }

    /** @return the number of UNet rows that the next model evaluation needs */
    public int rows() {
        return nextRows().count();
    }

    /** @return the number of rows of the next step that run through a ControlNet; a row with two ControlNets counts twice */
    public int controlRows() {
        return rows() * nextControls().size();
    }

    /** @return the rows of the next model evaluation */
    PreparedRows nextRows() {
        return prompt.rows(guidedNext());
    }

    /** @return the ControlNets of the next model evaluation, each with its position in the request */
    SortedMap<Integer, PreparedControl> nextControls() {
        List<PreparedControl> all = nextRows().controls();
        SortedMap<Integer, PreparedControl> used = new TreeMap<>();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).control().uses(step, timesteps.length)) {
                used.put(i, all.get(i));
            }
        }
        return used;
    }

    private boolean guidedNext() {
        return request.guided() && step >= guidanceStart && step < guidanceEnd;
    }

    PreparedPrompt prompt() {
        return prompt;
    }

    /** @return the timestep of the next model evaluation */
    double timestep() {
        if (done()) {
            throw new IllegalStateException("all " + step + " steps are complete");
        }
        return timesteps[step];
    }

    /** @return the next input of the UNet (1, C, H, W): either the latent itself or an array owned by the scope */
    NDArray modelInput(NDManager scope) {
        NDArray scaled = sampler.modelInput(latent, step);
        NDArray input = inpainting.modelInput(scaled);
        if (scaled != latent && scaled != input) {
            scaled.close();
        }
        if (input != latent) {
            input.attach(scope);
        }
        return input;
    }

    /**
     * Completes a step.
     *
     * @param outputs model output for the {@link #nextRows} (rows, C, H, W)
     */
    void advance(NDArray outputs) {
        NDArray output;
        NDArray next;
        try (NDManager scope = owner.newSubManager()) {
            latent.tempAttach(scope);
            outputs.tempAttach(scope);
            output = guided(outputs);
            next = inpainting.afterStep(sampler.step(latent, output, step, samplerState), sampler, step + 1);
            output.attach(owner);
            next.attach(owner);
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

    /** @return the model output after guidance (1, C, H, W) */
    private NDArray guided(NDArray outputs) {
        if (!guidedNext()) {
            return outputs.get(new NDIndex(":1"));
        }
        NDArray uncond = outputs.get(new NDIndex(":1"));
        NDArray cond = outputs.get(new NDIndex("1:2"));
        return Guidance.combine(uncond, cond, request.guidanceScale());
    }

    /** @return the shadow errors of the latest step; NaN if there is no shadow */
    public Shadow.Errors shadowErrors() {
        return shadowErrors;
    }

    /** @return the mean shadow errors of the completed steps; empty if there is no shadow */
    public Optional<Shadow.Errors> meanShadowErrors() {
        return prompt.shadow() == null || step == 0 ? Optional.empty() : Optional.of(allShadowErrors.over(step));
    }

    /** @return the current latent (1, C, H, W), owned by this object */
    public NDArray latent() {
        return latent;
    }

    /**
     * @return a preview of the denoised image predicted by the latest step, with one pixel per position of the latent
     */
    public RgbImage preview(LatentPreview colours) {
        if (last == null) {
            throw new IllegalStateException("a preview needs at least one completed step");
        }
        try (NDManager scope = owner.newSubManager()) {
            last.latent().tempAttach(scope);
            NDArray input = sampler.modelInput(last.latent(), step - 1);
            return colours.image(
                    prompt.model().schedule().predictedOriginal(input, last.output(), timesteps[step - 1]));
        }
    }

    /** @return the decoded image of the current latent, with the kept pixels of the init image if the mask asks for it */
    public RgbImage image() {
        try (NDManager scope = owner.newSubManager()) {
            latent.tempAttach(scope);
            RgbImage image =
                    RgbImage.of(prompt.model().vae().decodeScaled(latent).toType(DataType.FLOAT32, false));
            return imageToImage == null ? image : imageToImage.keepUnmasked(image);
        }
    }

    /** Frees this image's arrays. */
    @Override
    public void close() {
        owner.close();
    }
}
