// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The architecture of a UNet, from diffusers' {@code unet/config.json}. Lists have one element per resolution, finest
 * first.
 *
 * @param attends whether the blocks at each resolution have attention
 * @param heads number of attention heads, which diffusers' configs misname {@code attention_head_dim}
 * @param transformerLayers number of transformer blocks in each spatial transformer
 * @param addition SDXL's addition to the time embedding; null for other models
 * @param linearProjection whether attention uses linear layers (SD 2.x) or 1x1 convolutions (SD 1.x) as projections
 * @param sampleSize height and width of the training latents
 */
public record UNetConfig(
        int inChannels,
        int outChannels,
        List<Integer> channels,
        List<Boolean> attends,
        List<Integer> heads,
        List<Integer> transformerLayers,
        int layersPerBlock,
        int contextWidth,
        @Nullable Addition addition,
        int normGroups,
        double normEpsilon,
        boolean linearProjection,
        boolean flipSinToCos,
        double frequencyShift,
        int sampleSize) {

    /**
     * SDXL's addition to the time embedding, computed from the pooled text embedding and the image sizes.
     *
     * @param sizeWidth width of the embedding of each of the six size values
     * @param width combined width of the pooled text embedding and the embedded sizes
     */
    public record Addition(int sizeWidth, int width) {}

    /**
     * Fields that cannot change an image. diffusers uses {@code addition_embed_type_num_heads} only for other kinds of
     * additions, and its attention processor for PyTorch 2 does not read {@code upcast_attention}: like this project's
     * kernels, it calls PyTorch's fused attention, which computes the scores of half-precision inputs in float32.
     */
    private static final Set<String> WITHOUT_EFFECT =
            Set.of("addition_embed_type_num_heads", "dropout", "upcast_attention");

    /** @throws ModelFileException if the config uses an unsupported variant, or has a field that is not known */
    public static UNetConfig of(ModelConfig config) {
        for (String unsupported : List.of(
                "center_input_sample",
                "class_embed_type",
                "class_embeddings_concat",
                "cross_attention_norm",
                "dual_cross_attention",
                "encoder_hid_dim",
                "encoder_hid_dim_type",
                "mid_block_only_cross_attention",
                // diffusers refuses this field, too: its configs give the number of heads in attention_head_dim.
                "num_attention_heads",
                "num_class_embeds",
                "only_cross_attention",
                "resnet_skip_time_act",
                "reverse_transformer_layers_per_block",
                "time_cond_proj_dim",
                "time_embedding_act_fn",
                "time_embedding_dim",
                "timestep_post_act")) {
            config.requireUnused(unsupported);
        }
        config.requireOneOf("_class_name", "UNet2DConditionModel");
        config.requireOneOf("act_fn", "silu", "swish");
        config.requireOneOfOrNull("addition_embed_type", "text_time");
        config.requireOneOf("attention_type", "default");
        config.requireOneOf("conv_in_kernel", 3);
        config.requireOneOf("conv_out_kernel", 3);
        config.requireOneOf("downsample_padding", 1);
        config.requireOneOf("mid_block_scale_factor", 1);
        config.requireOneOf("mid_block_type", "UNetMidBlock2DCrossAttn");
        config.requireOneOf("resnet_out_scale_factor", 1);
        config.requireOneOf("resnet_time_scale_shift", "default");
        config.requireOneOf("time_embedding_type", "positional");

        List<Integer> channels = config.integers("block_out_channels");
        List<Boolean> attends = attends(config, channels.size());
        UNetConfig read = new UNetConfig(
                config.integer("in_channels", 4),
                config.integer("out_channels", 4),
                channels,
                attends,
                config.integers("attention_head_dim", channels.size()),
                config.has("transformer_layers_per_block")
                        ? config.integers("transformer_layers_per_block", channels.size())
                        : channels.stream().map(c -> 1).toList(),
                config.integer("layers_per_block", 2),
                config.integer("cross_attention_dim"),
                addition(config),
                config.integer("norm_num_groups", 32),
                config.number("norm_eps", 1e-5),
                config.flag("use_linear_projection", false),
                config.flag("flip_sin_to_cos", true),
                config.number("freq_shift", 0),
                config.integer("sample_size", 64));
        config.refuseOtherFields(WITHOUT_EFFECT);
        return read;
    }

    /** The two sizes have no effect without the addition. */
    static @Nullable Addition addition(ModelConfig config) {
        String sizeWidth = "addition_time_embed_dim";
        String width = "projection_class_embeddings_input_dim";
        if (!config.has("addition_embed_type")) {
            config.integer(sizeWidth, 0);
            config.integer(width, 0);
            return null;
        }
        return new Addition(config.integer(sizeWidth), config.integer(width));
    }

    private static List<Boolean> attends(ModelConfig config, int count) {
        List<Boolean> down = blocks(config, "down_block_types", "CrossAttnDownBlock2D", "DownBlock2D");
        List<Boolean> up = blocks(config, "up_block_types", "CrossAttnUpBlock2D", "UpBlock2D");
        for (int i = 0; i < count; i++) {
            if (down.size() != count || up.size() != count || !down.get(i).equals(up.get(count - 1 - i))) {
                throw config.refusal(
                        "up_block_types",
                        "the mirror image of down_block_types, with one block for each value of block_out_channels");
            }
        }
        return down;
    }

    static List<Boolean> blocks(ModelConfig config, String field, String attending, String plain) {
        List<String> types = config.texts(field);
        if (!Set.of(attending, plain).containsAll(types)) {
            throw config.refusal(field, attending + " or " + plain + " for each block");
        }
        return types.stream().map(attending::equals).toList();
    }

    int resolutions() {
        return channels.size();
    }

    /** @return the time embedding's width */
    int timeWidth() {
        return 4 * channels.get(0);
    }
}
