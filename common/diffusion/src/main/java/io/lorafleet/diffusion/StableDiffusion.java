// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.sampler.NoiseSchedule;
import io.lorafleet.diffusion.text.ClipTextEncoder;
import io.lorafleet.diffusion.text.ClipTokenizer;
import io.lorafleet.diffusion.text.PromptEncoder;
import io.lorafleet.diffusion.unet.UNet;
import io.lorafleet.diffusion.unet.UNetConfig;
import io.lorafleet.diffusion.vae.Vae;
import io.lorafleet.diffusion.vae.VaeConfig;
import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.PipelineFolder;
import io.lorafleet.diffusion.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Stable Diffusion pipeline, resident in memory. Immutable; what changes while an image comes about is in
 * {@link Denoising}. Each part - prompts, UNet, autoencoder - may compute on a thread of its own, and one at a time.
 *
 * @param name of the folder that it was read from
 * @param owner closes the weights
 */
public record StableDiffusion(
        String name, PromptEncoder prompts, UNet unet, Vae vae, NoiseSchedule schedule, NDManager owner)
        implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StableDiffusion.class);

    /**
     * Reads a pipeline.
     *
     * @param precision of the UNet
     * @throws ModelFileException if the folder holds no such pipeline, or one of its files is missing or damaged
     */
    public static StableDiffusion open(Path folder, Device device, Precision precision) {
        precision.require(device);
        return open(folder, device, precision.dataType(), precision.use());
    }

    /** As {@link #open}, with a UNet in float32 that gradients flow through. */
    public static StableDiffusion openForTraining(Path folder, Device device) {
        return open(folder, device, DataType.FLOAT32, Weights.Use.TRAINING);
    }

    private static StableDiffusion open(Path folder, Device device, DataType unetType, Weights.Use unetUse) {
        PipelineFolder pipeline = PipelineFolder.open(folder);
        List<String> encoders = encoders(pipeline, folder);
        pipeline.verify();
        NDManager owner = Engine.getEngine("PyTorch").newBaseManager(device);
        try {
            List<PromptEncoder.Part> texts = new ArrayList<>();
            for (String suffix : encoders) {
                texts.add(text(pipeline, suffix, owner));
            }
            Weights unet = weights(pipeline, "unet", unetType, unetUse, owner);
            Weights vae = weights(pipeline, "vae", DataType.FLOAT32, Weights.Use.INFERENCE, owner);
            StableDiffusion model = new StableDiffusion(
                    pipeline.name(),
                    new PromptEncoder(texts, pipeline.flag("force_zeros_for_empty_prompt")),
                    new UNet(UNetConfig.of(pipeline.config("unet")), unet),
                    new Vae(VaeConfig.of(pipeline.config("vae")), vae),
                    NoiseSchedule.of(ModelConfig.open(pipeline.part("scheduler").resolve("scheduler_config.json"))),
                    owner);
            warnOfLeftovers("unet", unet);
            warnOfLeftovers("vae", vae);
            return model;
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /** @return what follows the names of the parts of each text encoder */
    private static List<String> encoders(PipelineFolder pipeline, Path folder) {
        return switch (pipeline.pipelineClass()) {
            case "StableDiffusionPipeline" -> List.of("");
            case "StableDiffusionXLPipeline" -> List.of("", "_2");
            default ->
                throw new ModelFileException(folder + ": model_index.json: _class_name: expected"
                        + " StableDiffusionPipeline or StableDiffusionXLPipeline, found " + pipeline.pipelineClass());
        };
    }

    private static PromptEncoder.Part text(PipelineFolder pipeline, String suffix, NDManager owner) {
        String part = "text_encoder" + suffix;
        Weights weights = weights(pipeline, part, DataType.FLOAT32, Weights.Use.INFERENCE, owner);
        ClipTextEncoder encoder = new ClipTextEncoder(pipeline.config(part), weights, owner);
        warnOfLeftovers(part, weights);
        return new PromptEncoder.Part(ClipTokenizer.open(pipeline.part("tokenizer" + suffix)), encoder);
    }

    private static Weights weights(
            PipelineFolder pipeline, String part, DataType type, Weights.Use use, NDManager owner) {
        return new Weights(part, pipeline.weights(part), type, owner).withUse(use);
    }

    private static void warnOfLeftovers(String part, Weights weights) {
        List<String> left = weights.left().stream()
                .filter(name -> !name.endsWith("position_ids")) // a constant that old checkpoints carry along
                .toList();
        if (!left.isEmpty()) {
            LOG.warn("{}: {} tensors are not used, such as {}: does the config fit?", part, left.size(), left.get(0));
        }
    }

    /**
     * @param pixels see {@link Vae#tilingAbove}
     * @return this model with the same weights, in its place
     */
    public StableDiffusion tilingAbove(long pixels) {
        return new StableDiffusion(name, prompts, unet, vae.tilingAbove(pixels), schedule, owner);
    }

    /** @return width and height must be multiples of this many pixels */
    public int sizeMultiple() {
        return vae.config().factor();
    }

    /** @return width and height, in pixels, that the model was trained at */
    public int defaultSize() {
        return unet.config().sampleSize() * vae.config().factor();
    }

    /** @return arrays that are alive in this process, of the model and of whatever computes with it: finds leaks */
    public int liveArrays() {
        return owner.getParentManager().getManagedArrays().size();
    }

    /** Frees the weights. */
    @Override
    public void close() {
        owner.close();
    }
}
