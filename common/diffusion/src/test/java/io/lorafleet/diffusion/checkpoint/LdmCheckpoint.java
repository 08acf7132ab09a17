// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.unet.UNetConfig;
import io.lorafleet.diffusion.vae.VaeConfig;
import io.lorafleet.diffusion.weights.PipelineFolder;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Writes a folder's weights as a single-file checkpoint, with names and shapes that are computed in the other direction
 * than {@link CheckpointFile} does. The folder's other files become the companion of the checkpoint.
 */
final class LdmCheckpoint {
    private static final Map<String, String> RESNET = Map.of(
            "norm1", "in_layers.0",
            "conv1", "in_layers.2",
            "time_emb_proj", "emb_layers.1",
            "norm2", "out_layers.0",
            "conv2", "out_layers.3",
            "conv_shortcut", "skip_connection");
    private static final Map<String, String> UNET_ENDS = Map.of(
            "time_embedding.linear_1", "time_embed.0",
            "time_embedding.linear_2", "time_embed.2",
            "add_embedding.linear_1", "label_emb.0.0",
            "add_embedding.linear_2", "label_emb.0.2",
            "conv_in", "input_blocks.0.0",
            "conv_norm_out", "out.0",
            "conv_out", "out.2");
    private static final Map<String, String> VAE_ATTENTION =
            Map.of("group_norm", "norm", "to_q", "q", "to_k", "k", "to_v", "v", "to_out.0", "proj_out");

    private final NDManager scope;
    private final PipelineFolder folder;
    final Map<String, NDArray> tensors = new TreeMap<>();

    LdmCheckpoint(Path folder, NDManager scope) {
        this.scope = scope;
        this.folder = PipelineFolder.open(folder);
    }

    /** Copies the configs and tokenizers, but no weights. */
    static void writeCompanion(Path folder, Path companion) throws IOException {
        for (String file : new String[] {
            "scheduler/scheduler_config.json",
            "unet/config.json",
            "vae/config.json",
            "text_encoder/config.json",
            "text_encoder_2/config.json",
            "tokenizer/vocab.json",
            "tokenizer/merges.txt",
            "tokenizer/tokenizer_config.json",
            "tokenizer_2/vocab.json",
            "tokenizer_2/merges.txt",
            "tokenizer_2/tokenizer_config.json"
        }) {
            if (Files.exists(folder.resolve(file))) {
                Path to = companion.resolve(file);
                Files.createDirectories(to.getParent());
                Files.copy(folder.resolve(file), to);
            }
        }
    }

    LdmCheckpoint unet() {
        UNetConfig config = UNetConfig.of(folder.config("unet"));
        each("unet", (name, tensor) -> tensors.put("model.diffusion_model." + unet(name, config), tensor));
        return this;
    }

    LdmCheckpoint vae() {
        int last = VaeConfig.of(folder.config("vae")).channels().size() - 1;
        each("vae", (name, tensor) -> {
            boolean projection = name.matches(".*attentions\\.0\\.to_.*weight");
            Shape shape = tensor.getShape();
            tensors.put(
                    "first_stage_model." + vae(name, last),
                    projection ? tensor.reshape(shape.get(0), shape.get(1), 1, 1) : tensor);
        });
        return this;
    }

    /** @param part text encoder with the names of transformers */
    LdmCheckpoint openAiClip(String part, String prefix) {
        each(part, (name, tensor) -> tensors.put(prefix + withPrefix(name), tensor));
        return this;
    }

    /** Adds a last layer that SD 2.x does not use if there is no projection. */
    LdmCheckpoint openClip(String part, String prefix, boolean projected) {
        Map<String, NDArray> given = new TreeMap<>();
        each(part, (name, tensor) -> given.put(withPrefix(name), tensor));
        int layers = 0;
        for (; given.containsKey("text_model.encoder.layers." + layers + ".layer_norm1.weight"); layers++) {
            openClipLayer(given, "text_model.encoder.layers." + layers, prefix + "transformer.resblocks." + layers);
        }
        if (!projected) {
            openClipLayer(given, "text_model.encoder.layers.0", prefix + "transformer.resblocks." + layers);
        }
        tensors.put(prefix + "positional_embedding", given.get("text_model.embeddings.position_embedding.weight"));
        tensors.put(prefix + "token_embedding.weight", given.get("text_model.embeddings.token_embedding.weight"));
        tensors.put(prefix + "ln_final.weight", given.get("text_model.final_layer_norm.weight"));
        tensors.put(prefix + "ln_final.bias", given.get("text_model.final_layer_norm.bias"));
        tensors.put(prefix + "logit_scale", scope.create(4.6f));
        NDArray projection = given.getOrDefault("text_projection.weight", scope.ones(new Shape(3, 3)));
        float[] values = projection.toFloatArray();
        int rows = (int) projection.getShape().get(0);
        int columns = (int) projection.getShape().get(1);
        float[] exchanged = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            exchanged[i % columns * rows + i / columns] = values[i];
        }
        tensors.put(prefix + "text_projection", scope.create(exchanged, new Shape(columns, rows)));
        return this;
    }

    private void openClipLayer(Map<String, NDArray> given, String from, String to) {
        for (String kind : new String[] {"weight", "bias"}) {
            tensors.put(to + ".ln_1." + kind, given.get(from + ".layer_norm1." + kind));
            tensors.put(to + ".ln_2." + kind, given.get(from + ".layer_norm2." + kind));
            tensors.put(to + ".mlp.c_fc." + kind, given.get(from + ".mlp.fc1." + kind));
            tensors.put(to + ".mlp.c_proj." + kind, given.get(from + ".mlp.fc2." + kind));
            tensors.put(to + ".attn.out_proj." + kind, given.get(from + ".self_attn.out_proj." + kind));
            tensors.put(
                    to + ".attn.in_proj_" + kind,
                    NDArrays.concat(
                            new NDList(
                                    given.get(from + ".self_attn.q_proj." + kind),
                                    given.get(from + ".self_attn.k_proj." + kind),
                                    given.get(from + ".self_attn.v_proj." + kind)),
                            0));
        }
    }

    void write(Path file, Map<String, String> metadata) throws IOException {
        Files.write(file, SafetensorsWriter.write(tensors, metadata));
    }

    private interface Use {
        void take(String name, NDArray tensor);
    }

    private void each(String part, Use use) {
        for (Safetensors file : folder.weights(part)) {
            file.names().forEach(name -> use.take(name, file.read(name, scope)));
        }
    }

    private static String withPrefix(String name) {
        return name.startsWith("text_model.") || name.startsWith("text_projection") ? name : "text_model." + name;
    }

    static String unet(String name, UNetConfig config) {
        int down = config.layersPerBlock() + 1;
        int last = config.channels().size() - 1;
        String renamed = replace(
                name,
                "down_blocks\\.(\\d+)\\.resnets\\.(\\d+)\\.(\\w+)",
                m -> "input_blocks." + (1 + down * number(m, 1) + number(m, 2)) + ".0." + RESNET.get(m.group(3)));
        renamed = replace(
                renamed,
                "down_blocks\\.(\\d+)\\.attentions\\.(\\d+)",
                m -> "input_blocks." + (1 + down * number(m, 1) + number(m, 2)) + ".1");
        renamed = replace(
                renamed,
                "down_blocks\\.(\\d+)\\.downsamplers\\.0\\.conv",
                m -> "input_blocks." + (down + down * number(m, 1)) + ".0.op");
        renamed = replace(
                renamed,
                "mid_block\\.resnets\\.(\\d)\\.(\\w+)",
                m -> "middle_block." + 2 * number(m, 1) + "." + RESNET.get(m.group(2)));
        renamed = replace(renamed, "mid_block\\.attentions\\.0", m -> "middle_block.1");
        renamed = replace(
                renamed,
                "up_blocks\\.(\\d+)\\.resnets\\.(\\d+)\\.(\\w+)",
                m -> "output_blocks." + (down * number(m, 1) + number(m, 2)) + ".0." + RESNET.get(m.group(3)));
        renamed = replace(
                renamed,
                "up_blocks\\.(\\d+)\\.attentions\\.(\\d+)",
                m -> "output_blocks." + (down * number(m, 1) + number(m, 2)) + ".1");
        renamed = replace(
                renamed,
                "up_blocks\\.(\\d+)\\.upsamplers\\.0\\.conv",
                m -> "output_blocks."
                        + (down * number(m, 1) + down - 1)
                        + (config.attends().get(last - number(m, 1)) ? ".2" : ".1") + ".conv");
        return replace(renamed, "^(.+)(?=\\.(weight|bias)$)", m -> UNET_ENDS.getOrDefault(m.group(1), m.group(1)));
    }

    private static String vae(String name, int last) {
        String renamed = replace(name, "down_blocks\\.(\\d+)\\.resnets", m -> "down." + m.group(1) + ".block");
        renamed = replace(renamed, "up_blocks\\.(\\d+)\\.resnets", m -> "up." + (last - number(m, 1)) + ".block");
        renamed =
                replace(renamed, "down_blocks\\.(\\d+)\\.downsamplers\\.0", m -> "down." + m.group(1) + ".downsample");
        renamed = replace(
                renamed, "up_blocks\\.(\\d+)\\.upsamplers\\.0", m -> "up." + (last - number(m, 1)) + ".upsample");
        renamed = replace(renamed, "mid_block\\.resnets\\.(\\d)", m -> "mid.block_" + (number(m, 1) + 1));
        renamed = replace(
                renamed,
                "mid_block\\.attentions\\.0\\.(group_norm|to_q|to_k|to_v|to_out\\.0)",
                m -> "mid.attn_1." + VAE_ATTENTION.get(m.group(1)));
        return renamed.replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out");
    }

    private static String replace(String name, String pattern, java.util.function.Function<MatchResult, String> to) {
        return Pattern.compile(pattern).matcher(name).replaceFirst(to);
    }

    private static int number(MatchResult match, int group) {
        return Integer.parseInt(match.group(group));
    }
}
