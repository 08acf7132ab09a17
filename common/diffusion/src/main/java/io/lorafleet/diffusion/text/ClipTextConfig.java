// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import io.lorafleet.diffusion.weights.ModelConfig;
import java.util.Set;

/**
 * The architecture of CLIP's text transformer, from transformers' {@code text_encoder/config.json}.
 *
 * @param vocabulary number of token ids
 * @param length number of tokens in a prompt
 * @param inner width of the feed-forward layers
 * @param quickGelu whether the activation is CLIP's approximation of GELU, as in OpenAI's models
 * @param projectionWidth width of the projected text embedding
 * @param endToken id of the end token
 */
public record ClipTextConfig(
        int vocabulary,
        int length,
        int width,
        int layers,
        int heads,
        int inner,
        boolean quickGelu,
        double normEpsilon,
        int projectionWidth,
        int endToken) {
    /** The end token's id in CLIP's vocabulary. */
    private static final int CLIP_END = 49407;

    /**
     * Fields that cannot change an image: notes, settings for training, the tokens that the tokenizer chooses, and
     * settings that transformers 4 writes for every kind of model and that its text encoder does not read.
     */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "architectures",
            "attention_dropout",
            "bos_token_id",
            "chunk_size_feed_forward",
            "dropout",
            "dtype",
            "id2label",
            "initializer_factor",
            "initializer_range",
            "label2id",
            "output_attentions",
            "output_hidden_states",
            "pad_token_id",
            "problem_type",
            "return_dict",
            "tie_word_embeddings",
            "tokenizer_class",
            "torch_dtype",
            "transformers_version",
            "use_cache");

    /**
     * @throws io.lorafleet.diffusion.weights.ModelFileException if the config uses an unsupported variant, or has a
     *     field that is not known
     */
    public static ClipTextConfig of(ModelConfig config) {
        config.requireOneOf("model_type", "clip_text_model");
        config.requireOneOf("hidden_act", "quick_gelu", "gelu");
        ClipTextConfig read = new ClipTextConfig(
                config.integer("vocab_size"),
                config.integer("max_position_embeddings"),
                config.integer("hidden_size"),
                config.integer("num_hidden_layers"),
                config.integer("num_attention_heads"),
                config.integer("intermediate_size"),
                config.text("hidden_act", "quick_gelu").equals("quick_gelu"),
                config.number("layer_norm_eps", 1e-5),
                config.integer("projection_dim", 512), // the default of transformers
                config.integer("eos_token_id", CLIP_END));
        config.refuseOtherFields(WITHOUT_EFFECT);
        return read;
    }
}
