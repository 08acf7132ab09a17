// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

import io.lorafleet.diffusion.text.ClipTextConfig;
import io.lorafleet.diffusion.unet.UNetConfig;
import io.lorafleet.diffusion.vae.VaeConfig;
import io.lorafleet.diffusion.weights.Checksums;
import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Pipeline;
import io.lorafleet.diffusion.weights.PipelineFolder;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.diffusion.weights.Safetensors.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A single-file checkpoint. The weights of all parts are views of the file, which is memory-mapped; nothing is converted
 * or copied. Averaged weights ({@code model_ema.*}) are ignored, as in diffusers.
 *
 * <p>A checkpoint contains neither configs nor a vocabulary. Those of the published model of the same kind are used,
 * unless the <em>companion</em> contains others. The companion is a folder in the diffusers layout beside the file, with
 * the file's name without the extension. It may contain any of {@code scheduler}, {@code tokenizer}, {@code
 * tokenizer_2}, the configs of the other parts, and weights in {@code vae} that replace those of the checkpoint.
 */
public final class CheckpointFile implements Pipeline {
    private static final String EXTENSION = ".safetensors";
    private static final Pattern PICKLED = Pattern.compile(".+\\.(ckpt|pt|pth|bin|pkl)");
    private static final String CONFIG = "config.json";
    private static final String UNET = "unet";
    private static final String VAE = "vae";
    private static final String TEXT = "text_encoder";

    private final Path path;
    private final Path companion;
    private final Safetensors file;
    private final Recognition recognition;
    private final Prediction prediction;

    private CheckpointFile(
            Path path, Path companion, Safetensors file, Recognition recognition, Prediction prediction) {
        this.path = path;
        this.companion = companion;
        this.file = file;
        this.recognition = recognition;
        this.prediction = prediction;
    }

    /** @throws ModelFileException if the file is not a checkpoint of a supported kind, or does not state all it must */
    public static CheckpointFile open(Path path) {
        String name = path.getFileName().toString();
        if (PICKLED.matcher(name).matches()) {
            throw new ModelFileException(path + ": expected a .safetensors file, found another format. Pickled weights"
                    + " can run code and are never loaded. Convert the file with a tool that you trust");
        }
        if (!name.endsWith(EXTENSION)) {
            throw new ModelFileException(
                    path + ": expected a model folder in the diffusers layout or a .safetensors file, found " + name);
        }
        Path companion = path.resolveSibling(name.substring(0, name.length() - EXTENSION.length()));
        Safetensors file = Safetensors.open(path);
        Recognition recognition = Recognition.of(file);
        Path scheduler = companion.resolve("scheduler/scheduler_config.json");
        CheckpointFile opened = new CheckpointFile(
                path, companion, file, recognition, Prediction.of(file, recognition.kind(), scheduler));
        opened.requireParts();
        return opened;
    }

    private void requireParts() {
        List<String> prefixes = new ArrayList<>();
        kind().texts().forEach(text -> prefixes.add(text.prefix()));
        if (!hasOwnVae()) {
            prefixes.add(VaeNames.PREFIX);
        }
        for (String prefix : prefixes) {
            if (file.names().stream().noneMatch(tensor -> tensor.startsWith(prefix))) {
                throw new ModelFileException(path + ": expected tensors " + prefix + "*, found none"
                        + (prefix.equals(VaeNames.PREFIX) ? "; a VAE folder can be added as " + vae() : ""));
            }
        }
    }

    private CheckpointKind kind() {
        return recognition.kind();
    }

    private Path vae() {
        return companion.resolve(VAE);
    }

    /** A folder with nothing but a config describes the checkpoint's own VAE. */
    private boolean hasOwnVae() {
        if (!Files.isDirectory(vae())) {
            return false;
        }
        try (Stream<Path> files = Files.list(vae())) {
            return files.anyMatch(file -> !file.endsWith(CONFIG));
        } catch (IOException e) {
            throw new ModelFileException(vae() + ": cannot be listed: " + e, e);
        }
    }

    @Override
    public String name() {
        return companion.toAbsolutePath().normalize().getFileName().toString();
    }

    @Override
    public void verify() {
        Checksums.verifyIfListed(path);
    }

    @Override
    public String pipelineClass() {
        return kind() == CheckpointKind.SDXL ? "StableDiffusionXLPipeline" : "StableDiffusionPipeline";
    }

    /** The setting of SDXL's published folder. */
    @Override
    public boolean zerosForEmptyPrompt() {
        return kind() == CheckpointKind.SDXL;
    }

    @Override
    public ModelConfig config(String part) {
        Path own = companion.resolve(part).resolve(CONFIG);
        if (Files.isRegularFile(own)) {
            return ModelConfig.open(own);
        }
        String published = switch (part) {
            case UNET -> kind().unet(recognition.inputChannels(), prediction.predictsV());
            case VAE -> kind().vae(prediction.predictsV());
            default -> kind().text(encoder(part));
        };
        return ModelConfig.parse(path + ": " + part, published);
    }

    /** @return the index of a text encoder's part */
    private static int encoder(String part) {
        return part.equals(TEXT) ? 0 : 1;
    }

    @Override
    public List<Safetensors> weights(String part) {
        return part.equals(VAE) && hasOwnVae() ? PipelineFolder.weightsIn(vae()) : List.of(file.select(views(part)));
    }

    private Map<String, View> views(String part) {
        return switch (part) {
            case UNET -> UNetNames.of(UNetConfig.of(config(UNET))).views(file, UNetNames.PREFIX);
            case VAE -> VaeNames.views(file, VaeConfig.of(config(VAE)));
            default -> {
                CheckpointKind.Text text = kind().texts().get(encoder(part));
                yield text.openClip()
                        ? OpenClipNames.views(
                                file, text.prefix(), ClipTextConfig.of(config(part)), kind() == CheckpointKind.SDXL)
                        : new TensorNames().views(file, text.prefix());
            }
        };
    }

    /** All parts are in the same file, so this is the SHA-256 of the file. */
    @Override
    public String fingerprint(String part) {
        return Checksums.sha256(List.of(path));
    }

    @Override
    public ModelConfig schedulerConfig() {
        return prediction.scheduler();
    }

    @Override
    public String schedulerClass() {
        return prediction.scheduler().text("_class_name");
    }

    @Override
    public Optional<Path> tokenizer(String suffix) {
        return Optional.of(companion.resolve("tokenizer" + suffix)).filter(Files::isDirectory);
    }

    @Override
    public List<Fact> facts() {
        long averaged = file.names().stream()
                .filter(name -> name.startsWith("model_ema."))
                .count();
        List<Fact> facts = new ArrayList<>(List.of(
                new Fact(
                        "layout", "a single-file checkpoint", path.getFileName().toString()),
                new Fact("kind", kind().title(), recognition.reason()),
                new Fact("prediction", prediction.value(), prediction.reason())));
        facts.add(
                hasOwnVae()
                        ? new Fact("vae", "replaced", vae().toString())
                        : new Fact("vae", "from the checkpoint", "tensors " + VaeNames.PREFIX + "*"));
        for (String suffix : kind() == CheckpointKind.SDXL ? List.of("", "_2") : List.of("")) {
            facts.add(tokenizer(suffix)
                    .map(folder -> new Fact("tokenizer" + suffix, "from a folder", folder.toString()))
                    .orElseGet(() -> new Fact("tokenizer" + suffix, "CLIP's own vocabulary", "no folder replaces it")));
        }
        if (averaged > 0) {
            facts.add(new Fact("averaged weights", "ignored", averaged + " tensors model_ema.*"));
        }
        return facts;
    }
}
