// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench.engine;

import io.lorafleet.diffusion.unet.UNetConfig;
import io.lorafleet.diffusion.vae.VaeConfig;
import io.lorafleet.diffusion.weights.ModelConfig;
import java.util.Collections;
import java.util.List;

/** Models to benchmark, with their published configurations and with random weights. */
enum Architecture {
    SD15("""
            {"block_out_channels": [320, 640, 1280, 1280], "layers_per_block": 2, "sample_size": 64,
             "attention_head_dim": 8, "cross_attention_dim": 768,
             "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]}"""),
    SD21("""
            {"block_out_channels": [320, 640, 1280, 1280], "layers_per_block": 2, "sample_size": 96,
             "attention_head_dim": [5, 10, 20, 20], "cross_attention_dim": 1024, "use_linear_projection": true,
             "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]}"""),
    SDXL("""
            {"block_out_channels": [320, 640, 1280], "layers_per_block": 2, "sample_size": 128,
             "attention_head_dim": [5, 10, 20], "cross_attention_dim": 2048, "use_linear_projection": true,
             "transformer_layers_per_block": [1, 2, 10], "addition_embed_type": "text_time",
             "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 2816,
             "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
             "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"]}"""),
    DEMO("""
            {"block_out_channels": [64, 128, 192], "layers_per_block": 1, "sample_size": 16,
             "attention_head_dim": 4, "cross_attention_dim": 128,
             "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]}""");

    private final String config;

    Architecture(String config) {
        this.config = config;
    }

    UNetConfig config() {
        return UNetConfig.of(ModelConfig.parse(name(), config));
    }

    /** The VAEs of the Stable Diffusion models have the same architecture. */
    VaeConfig vae() {
        int sampleSize = config().sampleSize() * factor();
        List<Integer> channels = this == DEMO ? List.of(16, 32, 64) : List.of(128, 256, 512, 512);
        int layers = this == DEMO ? 1 : 2;
        int groups = this == DEMO ? 8 : 32;
        return VaeConfig.of(ModelConfig.parse(name(), """
                {"block_out_channels": %s, "layers_per_block": %d, "norm_num_groups": %d, "sample_size": %d,
                 "down_block_types": %s, "up_block_types": %s}""".formatted(
                        channels,
                        layers,
                        groups,
                        sampleSize,
                        blocks("DownEncoderBlock2D", channels.size()),
                        blocks("UpDecoderBlock2D", channels.size()))));
    }

    private static List<String> blocks(String type, int count) {
        return Collections.nCopies(count, '"' + type + '"');
    }

    /** @return the width and height, in pixels, of the area covered by one latent value */
    int factor() {
        return this == DEMO ? 4 : 8;
    }
}
