// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rejected files. {@code ParityTest} reads the three formats. */
class LoraFileTest {
    private static final String LAYER = "mid_block.attentions.0.to_q";
    private static final Map<String, Shape> BASE =
            Map.of(LAYER + ".weight", new Shape(6, 5), "conv_in.weight", new Shape(6, 4, 3, 3));

    private final NDManager scope = NDManager.newBaseManager();
    private final Map<String, NDArray> tensors = new LinkedHashMap<>();

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void readsAlphaFromItsTensor() {
        put("lora_unet_mid_block_attentions_0_to_q.lora_down.weight", 2, 5);
        put("lora_unet_mid_block_attentions_0_to_q.lora_up.weight", 6, 2);
        tensors.put("lora_unet_mid_block_attentions_0_to_q.alpha", scope.create(3f));
        assertThat(read().updates().get(LAYER).scale()).isEqualTo(1.5);
    }

    @Test
    void readsAlphaFromThePatternOfTheLayer() {
        put("unet." + LAYER + ".lora_A.weight", 2, 5);
        put("unet." + LAYER + ".lora_B.weight", 6, 2);
        String metadata = "{\"unet.lora_alpha\": 2, \"unet.alpha_pattern\": {\"to_q\": 8}}";
        assertThat(read(Map.of("lora_adapter_metadata", metadata))
                        .updates()
                        .get(LAYER)
                        .scale())
                .isEqualTo(4);
    }

    @Test
    void rejectsALayerThatTheBaseDoesNotHave() {
        put("unet.mid_block.nothing.lora_A.weight", 2, 5);
        assertRefused("tensor unet.mid_block.nothing.lora_A.weight: the base has no layer mid_block.nothing");
    }

    @Test
    void rejectsAFactorOfAnotherShape() {
        put("unet." + LAYER + ".lora_A.weight", 2, 7);
        put("unet." + LAYER + ".lora_B.weight", 6, 2);
        assertRefused("lora_A.weight: expected (2, 5), found (2, 7)");
    }

    @Test
    void rejectsFactorsOfDifferentRank() {
        put("unet.conv_in.lora_A.weight", 2, 4, 3, 3);
        put("unet.conv_in.lora_B.weight", 6, 3, 1, 1);
        assertRefused("lora_B.weight: expected (6, 2), found (6, 3, 1, 1)");
    }

    @Test
    void rejectsASingleFactor() {
        put("unet." + LAYER + ".lora_A.weight", 2, 5);
        assertRefused("layer " + LAYER + ": expected both factors, found no lora_B (lora_up)");
    }

    @Test
    void rejectsValuesThatAreNotFinite() {
        put("unet." + LAYER + ".lora_A.weight", 2, 5);
        tensors.put("unet." + LAYER + ".lora_B.weight", scope.full(new Shape(6, 2), Float.NaN, DataType.FLOAT32));
        assertRefused("lora_B.weight: expected finite numbers");
    }

    /** Tensor names as kohya, PEFT and diffusers write them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight",
                "lora_te2_text_model_encoder_layers_0_mlp_fc1.alpha",
                "text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_A.weight",
                "text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_linear_layer.down.weight",
                "text_encoder_2.text_model.encoder.layers.0.self_attn.q_proj.lora_magnitude_vector"
            })
    void rejectsAnAdapterOfTheTextEncoder(String name) {
        put(name, 2, 5);
        assertRefused("expected an adapter for the UNet, found one for the text encoder");
    }

    @Test
    void rejectsPeftWithoutItsConfig() {
        put("base_model.model." + LAYER + ".lora_A.weight", 2, 5);
        put("base_model.model." + LAYER + ".lora_B.weight", 6, 2);
        assertRefused("adapter_config.json");
    }

    @Test
    void rejectsAFileWithoutTensors() {
        assertRefused("expected tensor names in one format, found []");
    }

    private void put(String name, long... shape) {
        tensors.put(name, scope.ones(new Shape(shape)));
    }

    private LoraAdapter read() {
        return read(Map.of());
    }

    private LoraAdapter read(Map<String, String> metadata) {
        return LoraFile.read(Safetensors.of("file", SafetensorsWriter.write(tensors, metadata)), BASE);
    }

    private void assertRefused(String message) {
        assertThatThrownBy(this::read).isInstanceOf(AdapterException.class).hasMessageContaining(message);
    }
}
