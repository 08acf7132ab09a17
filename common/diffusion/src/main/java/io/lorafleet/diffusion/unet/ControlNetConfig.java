// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * The architecture of a ControlNet, from diffusers' {@code config.json}.
 *
 * @param encoder the layers that the ControlNet has in common with the UNet: the downsampling half and the middle
 * @param conditionChannels output channels of the condition embedding's layers. Each layer after the first halves the
 *     height and width
 * @param bgr whether the ControlNet was trained with images whose channels are blue, green, red
 */
public record ControlNetConfig(UNetConfig encoder, List<Integer> conditionChannels, boolean bgr) {
    private static final String CONDITION_CHANNELS = "conditioning_embedding_out_channels";

    /** For the reasons, see the same fields of {@link UNetConfig}. */
    private static final Set<String> WITHOUT_EFFECT = Set.of("addition_embed_type_num_heads", "upcast_attention");

    /** @throws ModelFileException if the config uses an unsupported variant, or has a field that is not known */
    public static ControlNetConfig of(ModelConfig config) {
        for (String unsupported : List.of(
                "class_embed_type",
                "encoder_hid_dim",
                "encoder_hid_dim_type",
                // diffusers evaluates such ControlNets in guess mode only.
                "global_pool_conditions",
                "num_class_embeds",
                "only_cross_attention")) {
            config.requireUnused(unsupported);
        }
        config.requireOneOf("_class_name", "ControlNetModel");
        config.requireOneOf("act_fn", "silu", "swish");
        config.requireOneOfOrNull("addition_embed_type", "text_time");
        config.requireOneOf("conditioning_channels", 3);
        config.requireOneOf("downsample_padding", 1);
        config.requireOneOf("mid_block_scale_factor", 1);
        config.requireOneOf("mid_block_type", "UNetMidBlock2DCrossAttn");
        config.requireOneOf("resnet_time_scale_shift", "default");
        config.requireOneOf("controlnet_conditioning_channel_order", "rgb", "bgr");

        ControlNetConfig read = new ControlNetConfig(
                encoder(config),
                config.has(CONDITION_CHANNELS) ? config.integers(CONDITION_CHANNELS) : List.of(16, 32, 96, 256),
                config.text("controlnet_conditioning_channel_order", "rgb").equals("bgr"));
        if (read.conditionChannels().isEmpty()) {
            throw config.refusal(CONDITION_CHANNELS, "at least one number of channels");
        }
        config.refuseOtherFields(WITHOUT_EFFECT);
        return read;
    }

    private static UNetConfig encoder(ModelConfig config) {
        List<Integer> channels = config.integers("block_out_channels");
        int count = channels.size();
        List<Boolean> attends = UNetConfig.blocks(config, "down_block_types", "CrossAttnDownBlock2D", "DownBlock2D");
        if (attends.size() != count) {
            throw config.refusal("down_block_types", "one block for each value of block_out_channels");
        }
        int inChannels = config.integer("in_channels", 4);
        return new UNetConfig(
                inChannels,
                inChannels,
                channels,
                attends,
                heads(config, count),
                integers(config, "transformer_layers_per_block", 1, count),
                config.integer("layers_per_block", 2),
                config.integer("cross_attention_dim", 1280),
                UNetConfig.addition(config),
                config.integer("norm_num_groups", 32),
                config.number("norm_eps", 1e-5),
                config.flag("use_linear_projection", false),
                config.flag("flip_sin_to_cos", true),
                config.number("freq_shift", 0),
                0);
    }

    /** Unlike the UNet, a ControlNet may give the number of heads under its own name, which takes precedence. */
    private static List<Integer> heads(ModelConfig config, int count) {
        List<Integer> misnamed = integers(config, "attention_head_dim", 8, count);
        return config.has("num_attention_heads") ? config.integers("num_attention_heads", count) : misnamed;
    }

    private static List<Integer> integers(ModelConfig config, String field, int otherwise, int count) {
        return config.has(field) ? config.integers(field, count) : Collections.nCopies(count, otherwise);
    }

    /**
     * Requires that the results fit the UNet's skip connections, and that both get the same inputs.
     *
     * @param source name of the ControlNet in error messages
     * @param unet config of the UNet
     * @param sizeMultiple number of pixels on each side of a position of the latent
     * @param latentChannels number of channels of the latent, which excludes the additional channels of inpainting UNets
     * @throws ModelFileException if the ControlNet belongs to another base
     */
    public void requireFit(String source, UNetConfig unet, int sizeMultiple, int latentChannels) {
        require(source, "in_channels", latentChannels, encoder.inChannels());
        require(source, "block_out_channels", unet.channels(), encoder.channels());
        require(source, "layers_per_block", unet.layersPerBlock(), encoder.layersPerBlock());
        require(source, "cross_attention_dim", unet.contextWidth(), encoder.contextWidth());
        require(
                source,
                "projection_class_embeddings_input_dim",
                unet.addition() == null ? 0 : unet.addition().width(),
                encoder.addition() == null ? 0 : encoder.addition().width());
        require(
                source,
                CONDITION_CHANNELS + ": pixels on each side of a position of the latent",
                sizeMultiple,
                1 << (conditionChannels.size() - 1));
    }

    private static void require(String source, String field, Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new ModelFileException(
                    source + ": " + field + ": expected " + expected + ", as in the base model, found " + found);
        }
    }
}
