// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.vae;

import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import java.util.List;

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

    public static VaeConfig of(ModelConfig config) {
        config.requireOneOf("act_fn", "silu", "swish");
        config.requireUnused("latents_mean");
        config.requireUnused("latents_std");
        for (String block : config.texts("down_block_types")) {
            requireBlock("down_block_types", "DownEncoderBlock2D", block);
        }
        for (String block : config.texts("up_block_types")) {
            requireBlock("up_block_types", "UpDecoderBlock2D", block);
        }
        return new VaeConfig(
                config.integer("in_channels", 3),
                config.integer("latent_channels", 4),
                config.integers("block_out_channels"),
                config.integer("layers_per_block", 1),
                config.integer("norm_num_groups", 32),
                config.flag("mid_block_add_attention", true),
                config.flag("use_quant_conv", true),
                config.flag("use_post_quant_conv", true),
                config.number("scaling_factor", 0.18215),
                config.number("shift_factor", 0),
                config.has("sample_size") ? config.integers("sample_size", 2).get(0) : 32);
    }

    private static void requireBlock(String field, String expected, String found) {
        if (!expected.equals(found)) {
            throw new ModelFileException("vae/config.json: " + field + ": expected " + expected + ", found " + found);
        }
    }

    /** @return the downsampling factor: image pixels per latent pixel, along one side */
    public int factor() {
        return 1 << (channels.size() - 1);
    }
}
