// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

/** The configs of the published models' folders, of which a checkpoint contains nothing. */
final class PublishedConfigs {
    static final String SD1_UNET = """
            {"in_channels": %d, "block_out_channels": [320, 640, 1280, 1280], "sample_size": 64, "layers_per_block": 2,
             "attention_head_dim": 8, "cross_attention_dim": 768,
             "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]}""";

    /** The sample size is 64 for the models that predict the noise, and 96 for those that predict v. */
    static final String SD2_UNET = """
            {"in_channels": %d, "block_out_channels": [320, 640, 1280, 1280], "sample_size": %d, "layers_per_block": 2,
             "attention_head_dim": [5, 10, 20, 20], "cross_attention_dim": 1024, "use_linear_projection": true,
             "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]}""";

    static final String SDXL_UNET = """
            {"in_channels": %d, "block_out_channels": [320, 640, 1280], "sample_size": 128, "layers_per_block": 2,
             "attention_head_dim": [5, 10, 20], "cross_attention_dim": 2048, "use_linear_projection": true,
             "transformer_layers_per_block": [1, 2, 10], "addition_embed_type": "text_time",
             "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 2816,
             "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
             "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"]}""";

    /** The autoencoders of all kinds have the same layers. */
    static final String VAE = """
            {"block_out_channels": [128, 256, 512, 512], "layers_per_block": 2, "sample_size": %d,
             "scaling_factor": %s,
             "down_block_types":
               ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"],
             "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"]}""";

    /** OpenAI's CLIP ViT-L/14. */
    static final String CLIP_L = """
            {"vocab_size": 49408, "max_position_embeddings": 77, "hidden_size": 768, "num_hidden_layers": 12,
             "num_attention_heads": 12, "intermediate_size": 3072, "hidden_act": "quick_gelu",
             "projection_dim": 768, "eos_token_id": 2}""";

    /** OpenCLIP ViT-H/14, without its last layer: SD 2.x uses the states before that layer. */
    static final String OPEN_CLIP_H = """
            {"vocab_size": 49408, "max_position_embeddings": 77, "hidden_size": 1024, "num_hidden_layers": 23,
             "num_attention_heads": 16, "intermediate_size": 4096, "hidden_act": "gelu",
             "projection_dim": 512, "eos_token_id": 2}""";

    /** OpenCLIP ViT-bigG/14. */
    static final String OPEN_CLIP_G = """
            {"vocab_size": 49408, "max_position_embeddings": 77, "hidden_size": 1280, "num_hidden_layers": 32,
             "num_attention_heads": 20, "intermediate_size": 5120, "hidden_act": "gelu",
             "projection_dim": 1280, "eos_token_id": 2}""";

    /** All kinds were trained with the same noise schedule; only the samplers of their folders differ. */
    static final String SCHEDULER = """
            {"_class_name": "%s", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
             "clip_sample": false, "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1,
             "timestep_spacing": "%s", "prediction_type": "%s", "rescale_betas_zero_snr": %s}""";

    private PublishedConfigs() {}
}
