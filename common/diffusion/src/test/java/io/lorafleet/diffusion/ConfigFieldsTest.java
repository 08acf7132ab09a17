// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lorafleet.diffusion.sampler.NoiseSchedule;
import io.lorafleet.diffusion.text.ClipTextConfig;
import io.lorafleet.diffusion.unet.ControlNetConfig;
import io.lorafleet.diffusion.unet.UNetConfig;
import io.lorafleet.diffusion.vae.VaeConfig;
import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sets every field of the configs of diffusers and transformers to a value other than its default. A field must be
 * honoured, refused, or known to have no effect. {@code docs/parity/config_fields.py} lists the fields.
 */
class ConfigFieldsTest {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();
    private static final JsonNode DEFAULTS = defaults();
    private static final String SCHEDULERS = "schedulers";

    /** {@code ParityTest} compares the images of honoured values with diffusers, {@code SamplerParityTest} schedules. */
    private enum Expected {
        HONOURED,
        REFUSED,
        WITHOUT_EFFECT
    }

    /** @param field field under test @param changes this field, and others that must change with it */
    private record Change(String config, String field, ObjectNode changes, Expected expected) {
        @Override
        public String toString() {
            return config + " " + changes + ": " + expected;
        }
    }

    private static final Map<String, String> CHANGES = Map.of(
            "UNet2DConditionModel",
            """
            {"sample_size": 96} HONOURED
            {"in_channels": 9} HONOURED
            {"out_channels": 8} HONOURED
            {"center_input_sample": true} REFUSED
            {"flip_sin_to_cos": false} HONOURED
            {"freq_shift": 1} HONOURED
            {"down_block_types": ["DownBlock2D", "DownBlock2D", "DownBlock2D", "DownBlock2D"], "up_block_types": ["UpBlock2D", "UpBlock2D", "UpBlock2D", "UpBlock2D"]} HONOURED
            {"down_block_types": ["SimpleCrossAttnDownBlock2D", "DownBlock2D", "DownBlock2D", "DownBlock2D"]} REFUSED
            {"mid_block_type": "UNetMidBlock2D"} REFUSED
            {"mid_block_type": null} REFUSED
            {"up_block_types": ["UpBlock2D", "UpBlock2D", "UpBlock2D", "UpBlock2D"]} REFUSED
            {"only_cross_attention": true} REFUSED
            {"only_cross_attention": [true, true, true, false]} REFUSED
            {"only_cross_attention": [false, false, false, false]} WITHOUT_EFFECT
            {"block_out_channels": [320, 640, 1280, 640]} HONOURED
            {"layers_per_block": 1} HONOURED
            {"layers_per_block": [2, 2, 2, 1]} REFUSED
            {"downsample_padding": 0} REFUSED
            {"mid_block_scale_factor": 2} REFUSED
            {"mid_block_scale_factor": 1.0} WITHOUT_EFFECT
            {"dropout": 0.1} WITHOUT_EFFECT
            {"act_fn": "gelu"} REFUSED
            {"norm_num_groups": 16} HONOURED
            {"norm_eps": 1e-6} HONOURED
            {"cross_attention_dim": 768} HONOURED
            {"cross_attention_dim": [768, 768, 768, 768]} REFUSED
            {"transformer_layers_per_block": 2} HONOURED
            {"transformer_layers_per_block": [[1, 2], 1, 1, 1]} REFUSED
            {"reverse_transformer_layers_per_block": [1, 1, 1, 2]} REFUSED
            {"encoder_hid_dim": 1024} REFUSED
            {"encoder_hid_dim_type": "text_proj"} REFUSED
            {"attention_head_dim": [5, 10, 20, 20]} HONOURED
            {"num_attention_heads": 8} REFUSED
            {"dual_cross_attention": true} REFUSED
            {"use_linear_projection": true} HONOURED
            {"class_embed_type": "timestep"} REFUSED
            {"addition_embed_type": "text_time", "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 2816} HONOURED
            {"addition_embed_type": "text"} REFUSED
            {"addition_time_embed_dim": 128, "addition_embed_type": "text_time", "projection_class_embeddings_input_dim": 2816} HONOURED
            {"num_class_embeds": 1000} REFUSED
            {"upcast_attention": true} WITHOUT_EFFECT
            {"resnet_time_scale_shift": "scale_shift"} REFUSED
            {"resnet_skip_time_act": true} REFUSED
            {"resnet_out_scale_factor": 1.4142} REFUSED
            {"time_embedding_type": "fourier"} REFUSED
            {"time_embedding_dim": 512} REFUSED
            {"time_embedding_act_fn": "silu"} REFUSED
            {"timestep_post_act": "silu"} REFUSED
            {"time_cond_proj_dim": 256} REFUSED
            {"conv_in_kernel": 1} REFUSED
            {"conv_out_kernel": 1} REFUSED
            {"projection_class_embeddings_input_dim": 2560, "addition_embed_type": "text_time", "addition_time_embed_dim": 256} HONOURED
            {"attention_type": "gated"} REFUSED
            {"class_embeddings_concat": true} REFUSED
            {"mid_block_only_cross_attention": true} REFUSED
            {"cross_attention_norm": "layer_norm"} REFUSED
            {"addition_embed_type_num_heads": 32} WITHOUT_EFFECT
            {"_class_name": "UNetMotionModel"} REFUSED
            {"a_field_of_tomorrow": 1} REFUSED
            {"a_field_of_tomorrow": false} WITHOUT_EFFECT
            {"_diffusers_version": "9.0"} WITHOUT_EFFECT""",
            "ControlNetModel",
            """
            {"in_channels": 9} HONOURED
            {"conditioning_channels": 1} REFUSED
            {"flip_sin_to_cos": false} HONOURED
            {"freq_shift": 1} HONOURED
            {"down_block_types": ["DownBlock2D", "DownBlock2D", "DownBlock2D", "DownBlock2D"]} HONOURED
            {"down_block_types": ["SimpleCrossAttnDownBlock2D", "DownBlock2D", "DownBlock2D", "DownBlock2D"]} REFUSED
            {"down_block_types": ["DownBlock2D"]} REFUSED
            {"mid_block_type": "UNetMidBlock2D"} REFUSED
            {"only_cross_attention": true} REFUSED
            {"block_out_channels": [320, 640, 1280, 640]} HONOURED
            {"layers_per_block": 1} HONOURED
            {"downsample_padding": 0} REFUSED
            {"mid_block_scale_factor": 2} REFUSED
            {"act_fn": "gelu"} REFUSED
            {"norm_num_groups": 16} HONOURED
            {"norm_eps": 1e-6} HONOURED
            {"cross_attention_dim": 768} HONOURED
            {"transformer_layers_per_block": 2} HONOURED
            {"encoder_hid_dim": 1024} REFUSED
            {"encoder_hid_dim_type": "text_proj"} REFUSED
            {"attention_head_dim": [5, 10, 20, 20]} HONOURED
            {"attention_head_dim": 5, "num_attention_heads": 8} WITHOUT_EFFECT
            {"num_attention_heads": 5} HONOURED
            {"use_linear_projection": true} HONOURED
            {"class_embed_type": "timestep"} REFUSED
            {"addition_embed_type": "text_time", "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 2816} HONOURED
            {"addition_embed_type": "text"} REFUSED
            {"addition_time_embed_dim": 128, "addition_embed_type": "text_time", "projection_class_embeddings_input_dim": 2816} HONOURED
            {"projection_class_embeddings_input_dim": 2560, "addition_embed_type": "text_time", "addition_time_embed_dim": 256} HONOURED
            {"num_class_embeds": 1000} REFUSED
            {"upcast_attention": true} WITHOUT_EFFECT
            {"resnet_time_scale_shift": "scale_shift"} REFUSED
            {"controlnet_conditioning_channel_order": "bgr"} HONOURED
            {"controlnet_conditioning_channel_order": "gbr"} REFUSED
            {"conditioning_embedding_out_channels": [16, 32]} HONOURED
            {"conditioning_embedding_out_channels": []} REFUSED
            {"global_pool_conditions": true} REFUSED
            {"addition_embed_type_num_heads": 32} WITHOUT_EFFECT
            {"_class_name": "ControlNetUnionModel"} REFUSED
            {"a_field_of_tomorrow": 1} REFUSED""",
            "AutoencoderKL",
            """
            {"in_channels": 4} REFUSED
            {"out_channels": 4} REFUSED
            {"down_block_types": ["AttnDownEncoderBlock2D"]} REFUSED
            {"down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D"]} REFUSED
            {"up_block_types": ["AttnUpDecoderBlock2D"]} REFUSED
            {"block_out_channels": [128]} HONOURED
            {"layers_per_block": 2} HONOURED
            {"act_fn": "relu"} REFUSED
            {"latent_channels": 16} HONOURED
            {"norm_num_groups": 16} HONOURED
            {"sample_size": 512} HONOURED
            {"scaling_factor": 0.13025} HONOURED
            {"shift_factor": 0.1} HONOURED
            {"latents_mean": [0, 0, 0, 0]} REFUSED
            {"latents_std": [1, 1, 1, 1]} REFUSED
            {"force_upcast": false} WITHOUT_EFFECT
            {"use_quant_conv": false} HONOURED
            {"use_post_quant_conv": false} HONOURED
            {"mid_block_add_attention": false} HONOURED
            {"_class_name": "AutoencoderTiny"} REFUSED
            {"a_field_of_tomorrow": "on"} REFUSED""",
            "CLIPTextConfig",
            """
            {"transformers_version": "9.0"} WITHOUT_EFFECT
            {"architectures": ["CLIPTextModel"]} WITHOUT_EFFECT
            {"output_hidden_states": true} WITHOUT_EFFECT
            {"output_attentions": true} WITHOUT_EFFECT
            {"return_dict": false} WITHOUT_EFFECT
            {"dtype": "float16"} WITHOUT_EFFECT
            {"chunk_size_feed_forward": 1} WITHOUT_EFFECT
            {"is_encoder_decoder": true} REFUSED
            {"id2label": {"0": "A"}} WITHOUT_EFFECT
            {"label2id": {"A": 0}} WITHOUT_EFFECT
            {"problem_type": "regression"} WITHOUT_EFFECT
            {"vocab_size": 680} HONOURED
            {"hidden_size": 768} HONOURED
            {"intermediate_size": 3072} HONOURED
            {"projection_dim": 768} HONOURED
            {"num_hidden_layers": 23} HONOURED
            {"num_attention_heads": 16} HONOURED
            {"max_position_embeddings": 32} HONOURED
            {"hidden_act": "gelu"} HONOURED
            {"hidden_act": "gelu_new"} REFUSED
            {"layer_norm_eps": 1e-6} HONOURED
            {"attention_dropout": 0.1} WITHOUT_EFFECT
            {"initializer_range": 0.01} WITHOUT_EFFECT
            {"initializer_factor": 2.0} WITHOUT_EFFECT
            {"pad_token_id": 0} WITHOUT_EFFECT
            {"bos_token_id": 0} WITHOUT_EFFECT
            {"eos_token_id": 2} HONOURED
            {"_name_or_path": "x"} WITHOUT_EFFECT
            {"model_type": "t5"} REFUSED
            {"use_attention_mask": true} REFUSED""",
            SCHEDULERS,
            """
            {"num_train_timesteps": 500} HONOURED
            {"beta_start": 0.001} HONOURED
            {"beta_end": 0.01} HONOURED
            {"beta_schedule": "squaredcos_cap_v2"} HONOURED
            {"beta_schedule": "sigmoid"} REFUSED
            {"trained_betas": [0.1, 0.2]} REFUSED
            {"clip_sample": true, "_class_name": "LCMScheduler"} HONOURED
            {"clip_sample": false, "_class_name": "DDIMScheduler"} HONOURED
            {"clip_sample_range": 2.0, "clip_sample": true} HONOURED
            {"set_alpha_to_one": false, "_class_name": "DDIMScheduler"} HONOURED
            {"set_alpha_to_one": false, "_class_name": "LCMScheduler"} HONOURED
            {"set_alpha_to_one": true, "_class_name": "PNDMScheduler"} HONOURED
            {"steps_offset": 1} HONOURED
            {"prediction_type": "v_prediction"} HONOURED
            {"prediction_type": "sample"} REFUSED
            {"thresholding": true} REFUSED
            {"dynamic_thresholding_ratio": 0.9} WITHOUT_EFFECT
            {"sample_max_value": 2.0} WITHOUT_EFFECT
            {"timestep_spacing": "trailing"} HONOURED
            {"rescale_betas_zero_snr": true, "prediction_type": "v_prediction"} HONOURED
            {"prediction_type": "epsilon", "rescale_betas_zero_snr": true} REFUSED
            {"interpolation_type": "log_linear"} REFUSED
            {"use_karras_sigmas": true, "_class_name": "EulerDiscreteScheduler"} HONOURED
            {"use_karras_sigmas": true, "_class_name": "DPMSolverMultistepScheduler"} HONOURED
            {"use_karras_sigmas": true, "_class_name": "UniPCMultistepScheduler"} REFUSED
            {"use_karras_sigmas": true, "_class_name": "HeunDiscreteScheduler"} REFUSED
            {"use_karras_sigmas": true, "_class_name": "DEISMultistepScheduler"} REFUSED
            {"use_karras_sigmas": true, "_class_name": "DPMSolverSDEScheduler"} REFUSED
            {"use_karras_sigmas": true, "_class_name": "DPMSolverMultistepScheduler", "algorithm_type": "sde-dpmsolver++", "solver_order": 3} REFUSED
            {"noise_sampler_seed": 7} REFUSED
            {"use_exponential_sigmas": true} REFUSED
            {"use_beta_sigmas": true} REFUSED
            {"sigma_min": 0.002} REFUSED
            {"sigma_max": 80.0} REFUSED
            {"timestep_type": "continuous"} REFUSED
            {"final_sigmas_type": "sigma_min"} REFUSED
            {"solver_order": 3} REFUSED
            {"solver_type": "heun"} REFUSED
            {"solver_type": "logrho"} WITHOUT_EFFECT
            {"algorithm_type": "sde-dpmsolver++", "_class_name": "DEISMultistepScheduler"} REFUSED
            {"algorithm_type": "sde-dpmsolver++", "_class_name": "DPMSolverMultistepScheduler", "solver_order": 3} HONOURED
            {"solver_order": 2, "_class_name": "DPMSolverMultistepScheduler", "algorithm_type": "sde-dpmsolver++"} REFUSED
            {"algorithm_type": "sde-dpmsolver", "_class_name": "DPMSolverMultistepScheduler"} REFUSED
            {"algorithm_type": "deis", "_class_name": "DPMSolverMultistepScheduler"} WITHOUT_EFFECT
            {"lower_order_final": false} REFUSED
            {"euler_at_final": true} REFUSED
            {"use_lu_lambdas": true} REFUSED
            {"use_flow_sigmas": true} REFUSED
            {"flow_shift": 3.0} WITHOUT_EFFECT
            {"lambda_min_clipped": -5.1} REFUSED
            {"variance_type": "learned_range"} REFUSED
            {"variance_type": "fixed_small"} WITHOUT_EFFECT
            {"use_dynamic_shifting": true} REFUSED
            {"time_shift_type": "linear"} WITHOUT_EFFECT
            {"original_inference_steps": 100} REFUSED
            {"timestep_scaling": 1.0} REFUSED
            {"skip_prk_steps": false} REFUSED
            {"predict_x0": false} REFUSED
            {"disable_corrector": [0]} REFUSED
            {"solver_p": ["diffusers", "DPMSolverMultistepScheduler"]} REFUSED
            {"shift_terminal": 0.1} REFUSED
            {"clip_sample": true, "_class_name": "HeunDiscreteScheduler"} HONOURED
            {"set_alpha_to_one": false, "_class_name": "TCDScheduler"} HONOURED
            {"clip_sample": true, "_class_name": "TCDScheduler"} HONOURED
            {"_class_name": "EDMEulerScheduler"} REFUSED
            {"_class_name": "KDPM2DiscreteScheduler"} REFUSED
            {"sigma_data": 0.5} REFUSED
            {"sigma_schedule": "karras"} REFUSED
            {"a_field_of_tomorrow": 1} REFUSED""");

    @ParameterizedTest
    @MethodSource("changes")
    void honoursOrRefuses(Change change) {
        ObjectNode without = without(change);
        ObjectNode with = without.deepCopy().setAll(change.changes());
        switch (change.expected()) {
            case HONOURED -> assertThat(read(change.config(), with)).isNotEqualTo(read(change.config(), without));
            case WITHOUT_EFFECT -> assertThat(read(change.config(), with)).isEqualTo(read(change.config(), without));
            case REFUSED ->
                assertThatThrownBy(() -> read(change.config(), with))
                        .isInstanceOf(ModelFileException.class)
                        .message()
                        .matches(Pattern.compile(
                                "folder/config.json: " + change.field() + ": expected .+, found .+", Pattern.DOTALL));
        }
    }

    @Test
    void decidesOnEveryField() {
        TreeSet<String> undecided = new TreeSet<>();
        DEFAULTS.properties()
                .forEach(config -> config.getValue()
                        .fieldNames()
                        .forEachRemaining(field -> undecided.add(config.getKey() + " " + field)));
        changes().forEach(change -> undecided.remove(change.config() + " " + change.field()));
        assertThat(undecided).isEmpty();
    }

    @Test
    void refusesAPndmFolderThatDoesNotSkipTheRungeKuttaSteps() {
        ObjectNode config = base("PNDMScheduler");
        config.remove("skip_prk_steps");
        assertThatThrownBy(() -> read("PNDMScheduler", config))
                .hasMessage("folder/config.json: skip_prk_steps: expected true (Runge-Kutta steps, the default, are not"
                        + " supported), found nothing");
    }

    @Test
    void namesTheSchedulerClassesThatItSupports() {
        assertThatThrownBy(
                        () -> read("DDIMScheduler", base("DDIMScheduler").put("_class_name", "LMSDiscreteScheduler")))
                .hasMessage("folder/config.json: _class_name: expected one of [DDIMScheduler, EulerDiscreteScheduler,"
                        + " EulerAncestralDiscreteScheduler, DPMSolverMultistepScheduler, DPMSolverSDEScheduler,"
                        + " HeunDiscreteScheduler, DEISMultistepScheduler, LCMScheduler, TCDScheduler, PNDMScheduler,"
                        + " UniPCMultistepScheduler], found LMSDiscreteScheduler");
    }

    static List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        CHANGES.forEach((config, lines) -> lines.lines().forEach(line -> {
            int space = line.lastIndexOf(' ');
            ObjectNode values = object(line.substring(0, space));
            String field = values.fieldNames().next();
            Expected expected = Expected.valueOf(line.substring(space + 1));
            configs(config, field, values).forEach(name -> changes.add(new Change(name, field, values, expected)));
        }));
        return changes;
    }

    /** A change of a scheduler applies to its class, or to every class that has the field. */
    private static Stream<String> configs(String config, String field, ObjectNode values) {
        if (!config.equals(SCHEDULERS)) {
            return Stream.of(config);
        }
        if (values.has("_class_name") && !field.equals("_class_name")) {
            return Stream.of(values.get("_class_name").asText());
        }
        List<String> having = DEFAULTS.properties().stream()
                .filter(entry -> entry.getKey().endsWith("Scheduler"))
                .filter(entry -> entry.getValue().has(field))
                .map(Map.Entry::getKey)
                .toList();
        return having.isEmpty() ? Stream.of("EulerDiscreteScheduler") : having.stream();
    }

    /** The defaults with the other changes, unless the field must change with them. */
    private static ObjectNode without(Change change) {
        ObjectNode base = base(change.config());
        ObjectNode others = base.deepCopy().setAll(change.changes());
        others.set(change.field(), base.get(change.field()));
        try {
            read(change.config(), others);
            return others;
        } catch (ModelFileException e) {
            return base;
        }
    }

    private static ObjectNode base(String config) {
        ObjectNode base = DEFAULTS.get(config).deepCopy();
        if (!config.equals("CLIPTextConfig")) {
            base.put("_class_name", config);
        }
        if (config.equals("PNDMScheduler")) {
            base.put("skip_prk_steps", true);
        }
        return base;
    }

    /** @return what was read, as JSON, which compares arrays by their elements */
    private static JsonNode read(String config, ObjectNode values) {
        Map<String, Function<ModelConfig, Object>> readers = Map.of(
                "UNet2DConditionModel", UNetConfig::of,
                "ControlNetModel", ControlNetConfig::of,
                "AutoencoderKL", VaeConfig::of,
                "CLIPTextConfig", ClipTextConfig::of);
        return MAPPER.valueToTree(readers.getOrDefault(config, NoiseSchedule::of)
                .apply(ModelConfig.parse("folder/config.json", values.toString())));
    }

    private static ObjectNode object(String json) {
        try {
            return (ObjectNode) MAPPER.readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    private static JsonNode defaults() {
        try {
            return MAPPER.readTree(
                    Path.of("src/test/resources/golden/config-fields.json").toFile());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
