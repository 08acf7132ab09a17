// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.vae;

import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * The architecture of a VAE, from diffusers' {@code vae/config.json}.
 *
 * @param channels channels of each resolution, finest first
 * @param scalingFactor factor that converts latents from the VAE's scale to the UNet's (0.18215 for SD 1.x and 2.x)
 * @param shiftFactor value subtracted from latents before scaling
 * @param sampleSize width and height of the training images, in pixels; if the config has a pair, its first value is
 *     used, as in diffusers
 */
public record VaeConfig(
        int imageChannels,
        int latentChannels,
        List<Integer> channels,
        int layersPerBlock,
        int normGroups,
        boolean midAttention,
        boolean quantConv,
        boolean postQuantConv,
        double scalingFactor,
        double shiftFactor,
        int sampleSize) {
    private static final int RGB = 3;

    /** The VAE always runs in float32, as {@code force_upcast} demands. */
    private static final Set<String> WITHOUT_EFFECT = Set.of("force_upcast");

    /** @throws ModelFileException if the config uses an unsupported variant, or has a field that is not known */
    public static VaeConfig of(ModelConfig config) {
        config.requireOneOf("_class_name", "AutoencoderKL");
        config.requireOneOf("act_fn", "silu", "swish");
        config.requireOneOf("in_channels", RGB);
        config.requireOneOf("out_channels", RGB);
        config.requireUnused("latents_mean");
        config.requireUnused("latents_std");
        List<Integer> channels = config.integers("block_out_channels");
        requireBlocks(config, "down_block_types", "DownEncoderBlock2D", channels.size());
        requireBlocks(config, "up_block_types", "UpDecoderBlock2D", channels.size());
        VaeConfig read = new VaeConfig(
                RGB,
                config.integer("latent_channels", 4),
                channels,
                config.integer("layers_per_block", 1),
                config.integer("norm_num_groups", 32),
                config.flag("mid_block_add_attention", true),
                config.flag("use_quant_conv", true),
                config.flag("use_post_quant_conv", true),
                config.number("scaling_factor", 0.18215),
                config.number("shift_factor", 0),
                config.has("sample_size") ? config.integers("sample_size", 2).get(0) : 32);
        config.refuseOtherFields(WITHOUT_EFFECT);
        return read;
    }

    private static void requireBlocks(ModelConfig config, String field, String type, int count) {
        if (!config.texts(field).equals(Collections.nCopies(count, type))) {
            throw config.refusal(field, type + " for each value of block_out_channels");
        }
    }

    /** @return the downsampling factor: image pixels per latent pixel, along one side */
    public int factor() {
        return 1 << (channels.size() - 1);
    }
}
