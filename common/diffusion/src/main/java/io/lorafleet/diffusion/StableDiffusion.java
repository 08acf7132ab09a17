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
 * A Stable Diffusion pipeline in memory. It is immutable; {@link Denoising} holds the state of an image. The prompt
 * encoder, UNet and VAE may run on different threads, each on one thread at a time.
 *
 * @param name name of the pipeline folder
 * @param prompts prompt encoder
 * @param unet UNet
 * @param vae VAE
 * @param schedule noise schedule used in training
 * @param owner manager that owns the weights
 */
public record StableDiffusion(
        String name, PromptEncoder prompts, UNet unet, Vae vae, NoiseSchedule schedule, NDManager owner)
        implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StableDiffusion.class);

    /**
     * Loads a pipeline.
     *
     * @param folder pipeline folder in the diffusers layout
     * @param device device of the weights
     * @param precision precision of the UNet
     * @return the pipeline, to be closed by the caller
     * @throws ModelFileException if the folder is not a supported pipeline, or a file is missing or corrupt
     */
    public static StableDiffusion open(Path folder, Device device, Precision precision) {
        precision.require(device);
        return open(folder, device, precision.dataType(), precision.use());
    }

    /** Like {@link #open}, with a float32 UNet that supports gradients. */
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
            warnOfUnusedTensors("unet", unet);
            warnOfUnusedTensors("vae", vae);
            return model;
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /** @return the suffix of each text encoder's folder names */
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
        warnOfUnusedTensors(part, weights);
        return new PromptEncoder.Part(ClipTokenizer.open(pipeline.part("tokenizer" + suffix)), encoder);
    }

    private static Weights weights(
            PipelineFolder pipeline, String part, DataType type, Weights.Use use, NDManager owner) {
        return new Weights(part, pipeline.weights(part), type, owner).withUse(use);
    }

    private static void warnOfUnusedTensors(String part, Weights weights) {
        List<String> unused = weights.unused().stream()
                .filter(name -> !name.endsWith("position_ids")) // a constant that old checkpoints contain
                .toList();
        if (!unused.isEmpty()) {
            LOG.warn(
                    "{}: {} unused tensors, such as {}. Check that the config matches the weights",
                    part,
                    unused.size(),
                    unused.get(0));
        }
    }

    /**
     * @param pixels limit of {@link Vae#tilingAbove}
     * @return a model with the same weights, to be used instead of this one
     */
    public StableDiffusion tilingAbove(long pixels) {
        return new StableDiffusion(name, prompts, unet, vae.tilingAbove(pixels), schedule, owner);
    }

    /** @return the number, in pixels, that the width and height must be multiples of */
    public int sizeMultiple() {
        return vae.config().factor();
    }

    /** @return the width and height of the training images, in pixels */
    public int defaultSize() {
        return unet.config().sampleSize() * vae.config().factor();
    }

    /** @return the number of live arrays in this process, for leak detection */
    public int liveArrays() {
        return owner.getParentManager().getManagedArrays().size();
    }

    /** Frees the weights. */
    @Override
    public void close() {
        owner.close();
    }
}
