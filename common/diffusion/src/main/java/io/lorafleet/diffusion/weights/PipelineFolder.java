// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A model folder in the diffusers layout: {@code model_index.json}, and one folder for each part of the pipeline. */
public final class PipelineFolder implements Pipeline {
    /**
     * Fields of {@code model_index.json} that cannot change an image: parts whose files are read elsewhere, and parts
     * that diffusers uses for other purposes. The safety checker does not change images but replaces them.
     */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "feature_extractor",
            "force_zeros_for_empty_prompt", // read by zerosForEmptyPrompt()
            "image_encoder",
            "requires_safety_checker",
            "safety_checker",
            "scheduler", // read by schedulerClass()
            "text_encoder",
            "text_encoder_2",
            "tokenizer",
            "tokenizer_2",
            "unet",
            "vae");

    private final Path root;
    private final ModelConfig index;

    private PipelineFolder(Path root, ModelConfig index) {
        this.root = root;
        this.index = index;
    }

    public static PipelineFolder open(Path root) {
        if (!Files.isDirectory(root)) {
            throw new ModelFileException(root + ": expected a model folder in the diffusers layout, found "
                    + (Files.exists(root) ? "a file" : "nothing"));
        }
        Path index = root.resolve("model_index.json");
        if (!Files.isRegularFile(index)) {
            throw new ModelFileException(
                    root + ": expected a model folder in the diffusers layout, found no model_index.json in it");
        }
        ModelConfig config = ModelConfig.open(index);
        config.refuseOtherFields(WITHOUT_EFFECT);
        return new PipelineFolder(root, config);
    }

    @Override
    public void verify() {
        Checksums.verify(root);
    }

    @Override
    public String name() {
        return root.toAbsolutePath().normalize().getFileName().toString();
    }

    @Override
    public String pipelineClass() {
        return index.text("_class_name");
    }

    /** In diffusers, only SDXL's pipelines have this setting, and it is on unless the folder says otherwise. */
    @Override
    public boolean zerosForEmptyPrompt() {
        return index.flag("force_zeros_for_empty_prompt", pipelineClass().startsWith("StableDiffusionXL"));
    }

    @Override
    public ModelConfig schedulerConfig() {
        return ModelConfig.open(part("scheduler").resolve("scheduler_config.json"));
    }

    /** Like diffusers, prefers the class in {@code model_index.json} to the one in the scheduler's config. */
    @Override
    public String schedulerClass() {
        if (!index.has("scheduler")) {
            return schedulerConfig().text("_class_name");
        }
        List<String> libraryAndClass = index.texts("scheduler");
        if (libraryAndClass.size() != 2) {
            throw index.refusal("scheduler", "a library and a class");
        }
        return libraryAndClass.get(1);
    }

    @Override
    public Optional<Path> tokenizer(String suffix) {
        return Optional.of(part("tokenizer" + suffix));
    }

    private Path part(String part) {
        Path folder = root.resolve(part);
        if (!Files.isDirectory(folder)) {
            throw new ModelFileException(folder + ": expected a folder with the pipeline's " + part + ", found none");
        }
        return folder;
    }

    @Override
    public ModelConfig config(String part) {
        return ModelConfig.open(part(part).resolve("config.json"));
    }

    @Override
    public List<Safetensors> weights(String part) {
        return weightsIn(part(part));
    }

    @Override
    public String fingerprint(String part) {
        return Checksums.sha256(weightFilesIn(part(part)));
    }

    /** @return the weights in a part's folder, which need not belong to a whole pipeline */
    public static List<Safetensors> weightsIn(Path folder) {
        return weightFilesIn(folder).stream().map(Safetensors::open).toList();
    }

    @Override
    public List<Fact> facts() {
        return List.of(
                new Fact("layout", "a folder in the diffusers layout", "model_index.json"),
                new Fact("kind", pipelineClass(), "model_index.json"),
                new Fact(
                        "prediction",
                        schedulerConfig().text("prediction_type", "epsilon"),
                        "scheduler/scheduler_config.json"));
    }

    /**
     * Finds a part's weight files by the naming conventions of diffusers and transformers:
     * {@code *.safetensors.index.json} with its shards, or a single file. A file without a variant takes precedence
     * over a {@code .fp16} file.
     *
     * @param folder folder of a part, which need not belong to a whole pipeline
     */
    public static List<Path> weightFilesIn(Path folder) {
        for (String variant : List.of("", ".fp16")) {
            for (String stem : List.of("diffusion_pytorch_model", "model")) {
                Path single = folder.resolve(stem + variant + ".safetensors");
                if (Files.isRegularFile(single)) {
                    return List.of(single);
                }
                for (String indexName : List.of(
                        stem + ".safetensors.index" + variant + ".json", stem + variant + ".safetensors.index.json")) {
                    if (Files.isRegularFile(folder.resolve(indexName))) {
                        return shards(folder, folder.resolve(indexName));
                    }
                }
            }
        }
        throw new ModelFileException(folder + ": expected weights in *.safetensors, found " + describe(folder));
    }

    private static List<Path> shards(Path folder, Path indexFile) {
        ModelConfig map = ModelConfig.open(indexFile).object("weight_map");
        Set<Path> shards = new LinkedHashSet<>();
        for (String tensor : map.fields()) {
            String name = map.text(tensor);
            Path shard = folder.resolve(name).normalize();
            if (!shard.startsWith(folder.normalize()) || !Files.isRegularFile(shard)) {
                throw new ModelFileException(
                        indexFile + ": tensor " + tensor + ": expected a file in this folder, found '" + name + "'");
            }
            shards.add(shard);
        }
        if (shards.isEmpty()) {
            throw new ModelFileException(indexFile + ": weight_map: expected a file for each tensor, found none");
        }
        return shards.stream().sorted().toList();
    }

    private static String describe(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).sorted().toList();
            boolean pickle = names.stream().anyMatch(name -> name.endsWith(".bin") || name.endsWith(".ckpt"));
            return names
                    + (pickle
                            ? ". Pickled weights can run code and are never loaded. Convert them with diffusers'"
                                    + " save_pretrained(..., safe_serialization=True)"
                            : "");
        } catch (IOException e) {
            throw new ModelFileException(folder + ": cannot be listed: " + e, e);
        }
    }

    /** @return the file of each tensor, by tensor name */
    static Map<String, Safetensors> byName(List<Safetensors> files) {
        Map<String, Safetensors> holders = new LinkedHashMap<>();
        for (Safetensors file : files) {
            for (String name : file.names()) {
                Safetensors other = holders.put(name, file);
                if (other != null) {
                    throw new ModelFileException(
                            "tensor " + name + ": expected one file, found " + other.name() + " and " + file.name());
                }
            }
        }
        return holders;
    }
}
