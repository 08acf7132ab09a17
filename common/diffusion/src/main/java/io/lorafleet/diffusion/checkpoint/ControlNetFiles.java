// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.unet.ControlNetConfig;
import io.lorafleet.diffusion.weights.Checksums;
import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.PipelineFolder;
import io.lorafleet.diffusion.weights.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of a ControlNet: a folder in the diffusers layout, or a single file with the tensor names of the original
 * implementation. Like a {@link CheckpointFile}, a single file has no config. The config of the published ControlNets is
 * used, unless the folder {@code NAME} next to the file {@code NAME.safetensors} contains a {@code config.json}.
 *
 * @param path folder or single file
 * @param config config of the network
 * @param weights weight files, in which the tensors have the names that diffusers uses
 * @param files all files that determine the results: the config, if there is one, then the weights
 */
public record ControlNetFiles(Path path, ControlNetConfig config, List<Safetensors> weights, List<Path> files) {
    private static final String CONFIG = "config.json";
    private static final String EXTENSION = ".safetensors";
    /** The first layer whose shape differs between the kinds: (320, text width). */
    private static final String FIRST_TEXT_LAYER = "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight";

    private static final int SD1_TEXT_WIDTH = 768;
    private static final int SD2_TEXT_WIDTH = 1024;

    /** The fields that the published ControlNets for Stable Diffusion 1.x and 2.x have in common. */
    private static final String PUBLISHED = """
            {"block_out_channels": [320, 640, 1280, 1280], "layers_per_block": 2,
             "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
            """;

    private static final String SD1 = PUBLISHED + "\"attention_head_dim\": 8, \"cross_attention_dim\": 768}";
    private static final String SD2 = PUBLISHED
            + "\"attention_head_dim\": [5, 10, 20, 20], \"cross_attention_dim\": 1024, \"use_linear_projection\": true}";

    /**
     * Opens and verifies the files.
     *
     * @throws ModelFileException if the files are not those of a supported ControlNet, or do not have their checksums
     */
    public static ControlNetFiles open(Path path) {
        if (Files.isDirectory(path)) {
            Checksums.verify(path);
            Path config = path.resolve(CONFIG);
            return new ControlNetFiles(
                    path,
                    ControlNetConfig.of(ModelConfig.open(config)),
                    PipelineFolder.weightsIn(path),
                    Stream.concat(Stream.of(config), PipelineFolder.weightFilesIn(path).stream())
                            .toList());
        }
        String name = path.getFileName().toString();
        if (!name.endsWith(EXTENSION)) {
            throw new ModelFileException(
                    path + ": expected a folder in the diffusers layout or a .safetensors file, found "
                            + (Files.exists(path) ? "another file" : "nothing"));
        }
        Checksums.verifyIfListed(path);
        Safetensors file = Safetensors.open(path);
        String prefix = prefix(file);
        Path own = path.resolveSibling(name.substring(0, name.length() - EXTENSION.length()))
                .resolve(CONFIG);
        boolean hasOwn = Files.isRegularFile(own);
        ControlNetConfig config = ControlNetConfig.of(
                hasOwn ? ModelConfig.open(own) : ModelConfig.parse(path.toString(), published(file, prefix)));
        return new ControlNetFiles(
                path,
                config,
                List.of(file.select(ControlNetNames.of(config).views(file, prefix))),
                hasOwn ? List.of(own, path) : List.of(path));
    }

    /** @return the SHA-256 of the concatenated {@link #files}, in hexadecimal */
    public String sha256() {
        return Checksums.sha256(files);
    }

    /** @return the prefix of the tensor names, which some files do not have */
    private static String prefix(Safetensors file) {
        for (String prefix : List.of(ControlNetNames.PREFIX, "")) {
            if (file.names().contains(prefix + "input_hint_block.0.weight")) {
                return prefix;
            }
        }
        throw new ModelFileException(file.name() + ": expected the tensor " + ControlNetNames.PREFIX
                + "input_hint_block.0.weight, found no such tensor"
                + (file.names().contains("controlnet_cond_embedding.conv_in.weight")
                        ? ". A ControlNet with the names of diffusers is opened as a folder, with its config.json"
                        : ""));
    }

    private static String published(Safetensors file, String prefix) {
        String layer = prefix + FIRST_TEXT_LAYER;
        Shape shape = file.names().contains(layer) ? file.shape(layer) : new Shape();
        if (shape.equals(new Shape(320, SD1_TEXT_WIDTH))) {
            return SD1;
        }
        if (shape.equals(new Shape(320, SD2_TEXT_WIDTH))) {
            return SD2;
        }
        throw new ModelFileException(
                file.name() + ": tensor " + layer + ": expected the shape (320, 768) or (320, 1024) of"
                        + " a ControlNet for Stable Diffusion 1.x or 2.x, found " + shape);
    }
}
