// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A model folder in the diffusers layout: {@code model_index.json}, and one folder for each part of the pipeline. */
public final class PipelineFolder {
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
        return new PipelineFolder(root, ModelConfig.open(index));
    }

    /**
     * Verifies the files against the folder's {@code SHA256SUMS}, if it has one.
     *
     * @throws ModelFileException if a file is missing or has a different checksum
     */
    public void verify() {
        Checksums.verify(root);
    }

    public String name() {
        return root.toAbsolutePath().normalize().getFileName().toString();
    }

    /** @return the pipeline's class, such as {@code StableDiffusionPipeline} */
    public String pipelineClass() {
        return index.text("_class_name");
    }

    /** @return a flag from {@code model_index.json}; false if it is absent */
    public boolean flag(String field) {
        return index.flag(field, false);
    }

    public Path part(String part) {
        Path folder = root.resolve(part);
        if (!Files.isDirectory(folder)) {
            throw new ModelFileException(folder + ": expected a folder with the pipeline's " + part + ", found none");
        }
        return folder;
    }

    public ModelConfig config(String part) {
        return ModelConfig.open(part(part).resolve("config.json"));
    }

    /** @return the part's weight files */
    public List<Safetensors> weights(String part) {
        return weightFiles(part).stream().map(Safetensors::open).toList();
    }

    /** @return the SHA-256 of the part's concatenated weight files, in hexadecimal */
    public String fingerprint(String part) {
        return Checksums.sha256(weightFiles(part));
    }

    /**
     * Finds a part's weight files by the naming conventions of diffusers and transformers:
     * {@code *.safetensors.index.json} with its shards, or a single file. A file without a variant takes precedence
     * over a {@code .fp16} file.
     */
    private List<Path> weightFiles(String part) {
        Path folder = part(part);
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
