// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.checkpoint.ControlNetFiles;
import io.lorafleet.diffusion.checkpoint.Pipelines;
import io.lorafleet.diffusion.sampler.NoiseSchedule;
import io.lorafleet.diffusion.text.ClipTextConfig;
import io.lorafleet.diffusion.text.ClipTextEncoder;
import io.lorafleet.diffusion.text.ClipTokenizer;
import io.lorafleet.diffusion.text.PromptEncoder;
import io.lorafleet.diffusion.unet.ControlNet;
import io.lorafleet.diffusion.unet.UNet;
import io.lorafleet.diffusion.unet.UNetConfig;
import io.lorafleet.diffusion.vae.Vae;
import io.lorafleet.diffusion.vae.VaeConfig;
import io.lorafleet.diffusion.weights.BaseParts;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Pipeline;
import io.lorafleet.diffusion.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Stable Diffusion pipeline in memory. It is immutable; {@link Denoising} holds the state of an image. The prompt
 * encoder, UNet and VAE may run on different threads, each on one thread at a time.
 *
 * @param name name of the pipeline folder, or file name of the checkpoint without its extension
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
     * @param model pipeline folder in the diffusers layout, or single-file checkpoint
     * @param device device of the weights
     * @param precision precision of the UNet
     * @return the pipeline, to be closed by the caller
     * @throws ModelFileException if the model is not a supported pipeline, or a file is missing or corrupt
     */
    public static StableDiffusion open(Path model, Device device, Precision precision) {
        precision.require(device);
        return open(model, device, precision.dataType(), precision.use());
    }

    /**
     * Like {@link #open}, with a float32 UNet that supports gradients.
     *
     * @throws ModelFileException also if the model is an inpainting model, which generates nothing from a prompt alone
     */
    public static StableDiffusion openForTraining(Path model, Device device) {
        StableDiffusion opened = open(model, device, DataType.FLOAT32, Weights.Use.TRAINING);
        if (opened.inpainting()) {
            opened.close();
            throw new ModelFileException(
                    model + ": expected a model that generates images from prompts, found an inpainting model,"
                            + " which cannot be trained");
        }
        return opened;
    }

    private static StableDiffusion open(Path model, Device device, DataType unetType, Weights.Use unetUse) {
        Pipeline pipeline = Pipelines.open(model);
        List<String> encoders = encoders(pipeline, model);
        pipeline.verify();
        NDManager owner = Engine.getEngine("PyTorch").newBaseManager(device);
        try {
            List<PromptEncoder.Part> texts = new ArrayList<>();
            for (String suffix : encoders) {
                texts.add(text(pipeline, suffix, owner));
            }
            Weights unet = weights(pipeline, "unet", unetType, unetUse, owner);
            Weights vae = weights(pipeline, "vae", DataType.FLOAT32, Weights.Use.INFERENCE, owner);
            UNetConfig unetConfig = UNetConfig.of(pipeline.config("unet"));
            VaeConfig vaeConfig = VaeConfig.of(pipeline.config("vae"));
            requireMatchingParts(unetConfig, vaeConfig, texts);
            NoiseSchedule schedule = NoiseSchedule.of(pipeline.schedulerConfig(), pipeline.schedulerClass());
            StableDiffusion opened = new StableDiffusion(
                    pipeline.name(),
                    new PromptEncoder(texts, pipeline.zerosForEmptyPrompt()),
                    new UNet(unetConfig, unet),
                    new Vae(vaeConfig, vae),
                    schedule,
                    owner);
            refuseUnusedTensors("UNet", unet);
            warnOfUnusedTensors("vae", vae);
            return opened;
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /**
     * Loads a ControlNet for this model.
     *
     * @param path folder in the diffusers layout, or single file with the tensor names of the original implementation
     * @param precision precision of this model's UNet
     * @return the ControlNet, to be closed by the caller before this model
     * @throws IllegalArgumentException if the UNet computes in another data type
     * @throws ModelFileException if the ControlNet is not supported or belongs to another base, or if a file is missing
     *     or corrupt
     */
    public ControlNet openControlNet(Path path, Precision precision) {
        return openControlNet(ControlNetFiles.open(path), precision);
    }

    /** Like {@link #openControlNet(Path, Precision)}, with files that have been opened and verified. */
    public ControlNet openControlNet(ControlNetFiles files, Precision precision) {
        if (precision.dataType() != unet.type()) {
            throw new IllegalArgumentException(
                    "precision: expected the UNet's data type " + unet.type() + ", found " + precision.dataType());
        }
        files.config()
                .requireFit(
                        files.path().toString(),
                        unet.config(),
                        sizeMultiple(),
                        vae.config().latentChannels());
        NDManager weightsOwner = owner.newSubManager();
        try {
            Weights weights = new Weights("controlnet", files.weights(), precision.dataType(), weightsOwner)
                    .withUse(precision.use());
            ControlNet opened = new ControlNet(files.config(), weights, weightsOwner);
            refuseUnusedTensors("ControlNet", weights);
            return opened;
        } catch (RuntimeException e) {
            weightsOwner.close();
            throw e;
        }
    }

    /** @return the suffix of each text encoder's folder names */
    private static List<String> encoders(Pipeline pipeline, Path model) {
        return switch (pipeline.pipelineClass()) {
            case "StableDiffusionPipeline", "StableDiffusionInpaintPipeline" -> List.of("");
            case "StableDiffusionXLPipeline", "StableDiffusionXLInpaintPipeline" -> List.of("", "_2");
            default ->
                throw new ModelFileException(model + ": model_index.json: _class_name: expected"
                        + " StableDiffusionPipeline, StableDiffusionXLPipeline, StableDiffusionInpaintPipeline or"
                        + " StableDiffusionXLInpaintPipeline, found " + pipeline.pipelineClass());
        };
    }

    private static PromptEncoder.Part text(Pipeline pipeline, String suffix, NDManager owner) {
        String part = "text_encoder" + suffix;
        Weights weights = weights(pipeline, part, DataType.FLOAT32, Weights.Use.INFERENCE, owner);
        ClipTextConfig config = ClipTextConfig.of(pipeline.config(part));
        // OpenAI's models use an approximation of GELU, and OpenCLIP's models do not.
        boolean openClip = !config.quickGelu();
        ClipTokenizer tokenizer =
                pipeline.tokenizer(suffix).map(ClipTokenizer::open).orElseGet(() -> ClipTokenizer.ofClip(openClip));
        if (tokenizer.vocabulary() > config.vocabulary()) {
            throw new ModelFileException(part + ": expected a tokenizer with at most " + config.vocabulary()
                    + " tokens, as in vocab_size, found " + tokenizer.vocabulary()
                    + " tokens. A model with a vocabulary of its own needs a folder tokenizer" + suffix);
        }
        ClipTextEncoder encoder = new ClipTextEncoder(config, weights, owner);
        warnOfUnusedTensors(part, weights);
        return new PromptEncoder.Part(tokenizer, encoder);
    }

    private static Weights weights(Pipeline pipeline, String part, DataType type, Weights.Use use, NDManager owner) {
        return new Weights(part, pipeline.weights(part), type, owner).withUse(use);
    }

    /** @throws ModelFileException if one part's output does not fit the next part's input */
    private static void requireMatchingParts(UNetConfig unet, VaeConfig vae, List<PromptEncoder.Part> texts) {
        int latent = vae.latentChannels();
        if ((unet.inChannels() != latent && unet.inChannels() != inpaintingChannels(vae))
                || unet.outChannels() != latent) {
            throw new ModelFileException("unet: in_channels and out_channels: expected " + latent + " and " + latent
                    + ", the VAE's latent_channels, or " + inpaintingChannels(vae) + " and " + latent
                    + " for an inpainting model, found " + unet.inChannels() + " and " + unet.outChannels());
        }
        int width =
                texts.stream().mapToInt(text -> text.encoder().config().width()).sum();
        if (unet.contextWidth() != width) {
            throw new ModelFileException("unet: cross_attention_dim: expected " + width
                    + ", the width of the text encoders, found " + unet.contextWidth());
        }
    }

    /** The latent, a mask, and the latent of the masked image. */
    private static int inpaintingChannels(VaeConfig vae) {
        return 2 * vae.latentChannels() + 1;
    }

    /** A tensor that no layer uses would have changed the images, so the config does not describe this network. */
    private static void refuseUnusedTensors(String network, Weights weights) {
        if (!weights.unused().isEmpty()) {
            throw new ModelFileException(network.toLowerCase(Locale.ROOT) + ": expected only tensors of the " + network
                    + " that the config describes, found " + weights.unused().size() + " other tensors, such as "
                    + weights.unused().first());
        }
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

    /** @return whether the UNet needs a mask and an init image, as additional channels of its input */
    public boolean inpainting() {
        return unet.config().inChannels() == inpaintingChannels(vae.config());
    }

    /** @return the number, in pixels, that the width and height must be multiples of */
    public int sizeMultiple() {
        return vae.config().factor();
    }

    /** @return the width and height of the training images, in pixels */
    public int defaultSize() {
        return unet.config().sampleSize() * vae.config().factor();
    }

    /** @return the weights that adapters can change */
    public BaseParts weights() {
        return new BaseParts(unet.weights(), prompts.weights());
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
