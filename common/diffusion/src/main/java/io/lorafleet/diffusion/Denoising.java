package io.lorafleet.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.RowAdapters;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.sampler.History;
import io.lorafleet.diffusion.sampler.Sampler;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * A picture on its way from noise: the latent, and how far it has come. It goes one step at a time, so that whoever
 * drives it can stop, or do something else, between two steps.
 */
public final class Denoising implements AutoCloseable {
    private final StableDiffusion model;
    private final TextToImage request;
    private final Sampler sampler;
    private final double[] timesteps;
    private final NDManager job;
    private final Adaptation adaptation;
    private final PreparedConditioning text;
    private final History history;
    private NDArray latent;
    private int step;

    private Denoising(
            StableDiffusion model,
            TextToImage request,
            ImageToImage image,
            Function<NDManager, Conditioning> conditioning,
            RowAdapters.Row adapter,
            IntFunction<float[]> noise) {
        this.model = model;
        this.request = request;
        this.sampler = request.sampler()
                .with(model.schedule(), request.steps(), image == null ? 0 : image.skipped(request.steps()));
        this.timesteps = sampler.timesteps();
        this.job = model.owner().newSubManager();
        try {
            this.adaptation = adapter == null
                    ? Adaptation.NONE
                    : RowAdapters.stack(
                            Collections.nCopies(request.guided() ? 2 : 1, adapter),
                            model.unet().type(),
                            job);
            this.text = prepared(conditioning);
            this.history = new History(job, noise);
            this.latent = firstLatent(image, noise);
        } catch (RuntimeException e) {
            job.close();
            throw e;
        }
    }

    /** As {@link #start(StableDiffusion, TextToImage, ImageToImage, RowAdapters.Row)}, from nothing but noise. */
    public static Denoising start(StableDiffusion model, TextToImage request, RowAdapters.Row adapter) {
        return start(model, request, null, adapter);
    }

    /**
     * Begins a picture.
     *
     * @param image that it comes from, or null if it comes from nothing but noise
     * @param adapter on every row, or null
     * @return to be closed by the caller, before the model
     * @throws IllegalArgumentException if the model cannot do a request of this size or so many steps, or the image has
     *     another size or leaves no step to make
     */
    public static Denoising start(
            StableDiffusion model, TextToImage request, ImageToImage image, RowAdapters.Row adapter) {
        latentShape(model, request); // refuses a size before anything is computed
        if (image != null) {
            image.requireFit(request);
        }
        Function<NDManager, Conditioning> conditioning =
                scope -> model.prompts().encode(prompts(request), request.width(), request.height(), scope);
        return new Denoising(model, request, image, conditioning, adapter, new SeededNoise(request.seed())::next);
    }

    /**
     * As {@link #start}, from this noise instead of the seed's, for a sampler that adds none on the way.
     *
     * @param conditioning of {@link #prompts}, in a scope
     */
    public static Denoising startFrom(
            float[] noise, Function<NDManager, Conditioning> conditioning, StableDiffusion model, TextToImage request) {
        return new Denoising(model, request, null, conditioning, null, count -> noise);
    }

    /** @return a prompt for each row: what is led away from, if guided, then what is drawn */
    public static List<String> prompts(TextToImage request) {
        return request.guided() ? List.of(request.negativePrompt(), request.prompt()) : List.of(request.prompt());
    }

    private static Shape latentShape(StableDiffusion model, TextToImage request) {
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

    private PreparedConditioning prepared(Function<NDManager, Conditioning> conditioning) {
        try (NDManager scope = job.newSubManager()) {
            PreparedConditioning prepared = model.unet().prepare(conditioning.apply(scope), adaptation);
            prepared.attach(job);
            return prepared;
        }
    }

    /** An image takes two draws of noise, in diffusers' order: for its own latent, then to lay over that. */
    private NDArray firstLatent(ImageToImage image, IntFunction<float[]> noise) {
        Shape shape = latentShape(model, request);
        int count = Math.toIntExact(shape.size());
        try (NDManager scope = job.newSubManager()) {
            NDArray drawn = scope.create(noise.apply(count), shape);
            NDArray first = image == null
                    ? drawn.mul(sampler.initialNoiseScale())
                    : sampler.noised(
                            model.vae().encodeScaled(image.picture().toArray(scope), drawn),
                            scope.create(noise.apply(count), shape));
            first.attach(job);
            return first;
        }
    }

    public boolean done() {
        return step == timesteps.length;
    }

    /** Goes one step: one UNet forward, of two rows if guided. */
    public void advance() {
        if (done()) {
            throw new IllegalStateException("all " + step + " steps are done");
        }
        NDArray next;
        try (NDManager scope = job.newSubManager()) {
            latent.tempAttach(scope);
            next = sampler.step(latent, guided(), step, history);
            next.attach(job);
        }
        latent.close();
        latent = next;
        step++;
    }

    /** @return the model's output (1, C, H, W), after guidance */
    private NDArray guided() {
        NDArray input = sampler.modelInput(latent, step);
        double timestep = timesteps[step];
        if (!request.guided()) {
            return model.unet().forward(input, new double[] {timestep}, text, adaptation);
        }
        NDArray twice = input.concat(input, 0);
        NDList halves = model.unet()
                .forward(twice, new double[] {timestep, timestep}, text, adaptation)
                .split(2, 0);
        NDArray uncond = halves.get(0);
        NDArray cond = halves.get(1);
        return uncond.add(cond.sub(uncond).mul(request.guidanceScale()));
    }

    /** @return the latent after the steps done so far (1, C, H, W); stays with this object */
    public NDArray latent() {
        return latent;
    }

    /** @return the picture that the latent stands for now */
    public Picture picture() {
        try (NDManager scope = job.newSubManager()) {
            latent.tempAttach(scope);
            return Picture.of(model.vae().decodeScaled(latent).toType(DataType.FLOAT32, false));
        }
    }

    /** Frees what the picture needed. */
    @Override
    public void close() {
        job.close();
    }
}
