// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.weights.BaseParts;
import io.lorafleet.diffusion.weights.BaseWeights;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import io.lorafleet.safetensors.adapter.TextEncoderTensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rejected files. {@code ParityTest} reads the three formats. */
class LoraFileTest {
    private static final String LAYER = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q";
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
        put("lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q.lora_down.weight", 2, 5);
        put("lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q.lora_up.weight", 6, 2);
        tensors.put("lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q.alpha", scope.create(3f));
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
        put("unet.mid_block.resnets.0.conv1.lora_A.weight", 2, 5, 3, 3);
        put("unet.mid_block.resnets.0.conv1.lora_B.weight", 6, 2, 1, 1);
        assertRefused("the base has no layer mid_block.resnets.0.conv1");
    }

    @Test
    void readsTheFactorsOfEveryMethod() {
        String kohya = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q.";
        put(kohya + "lokr_w1", 2, 5);
        put(kohya + "lokr_w2_a", 3, 2);
        put(kohya + "lokr_w2_b", 2, 1);
        tensors.put(kohya + "alpha", scope.create(3f));
        put("lora_unet_conv_in.lora_down.weight", 2, 4, 1, 1);
        put("lora_unet_conv_in.lora_mid.weight", 2, 2, 3, 3);
        put("lora_unet_conv_in.lora_up.weight", 6, 2, 1, 1);
        put("lora_unet_conv_in.dora_scale", 6, 1, 1, 1);
        LoraAdapter adapter = read();
        assertThat(adapter.updates().get(LAYER).scale()).isEqualTo(1.5);
        assertThat(adapter.updates().get(LAYER).delta())
                .isInstanceOfSatisfying(
                        LoraAdapter.Kronecker.class,
                        kronecker -> assertThat(kronecker.inner().shape()).isEqualTo(new Shape(3, 1)));
        LoraAdapter.Update convolution = adapter.updates().get("conv_in");
        assertThat(convolution.magnitude().shape()).isEqualTo(new Shape(6));
        assertThat(((LoraAdapter.LowRank) convolution.delta()).a().shape()).isEqualTo(new Shape(2, 4, 3, 3));
        assertThatThrownBy(() -> convolution.requireLowRank("conv_in"))
                .isInstanceOf(AdapterException.class)
                .hasMessage("layer conv_in: expected LoRA, found DoRA");
    }

    @Test
    void ignoresTheTextEncoderIfTheCallerChoosesSo() {
        put("lora_unet_conv_in.lora_down.weight", 2, 4, 3, 3);
        put("lora_unet_conv_in.lora_up.weight", 6, 2, 1, 1);
        put("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", 2, 5);
        Safetensors file = Safetensors.of("file", SafetensorsWriter.write(tensors, Map.of()));
        assertThat(LoraFile.read(file, new BaseParts(BaseWeights.ofShapes(BASE), List.of()), TextEncoderTensors.IGNORE)
                        .updates())
                .containsOnlyKeys("conv_in");
    }

    @Test
    void rejectsUpdatesOfATextEncoderThatTheBaseDoesNotHave() {
        put("text_encoder_2.text_model.encoder.layers.0.mlp.fc1.lora_A.weight", 2, 5);
        put("text_encoder_2.text_model.encoder.layers.0.mlp.fc1.lora_B.weight", 6, 2);
        Safetensors file = Safetensors.of("file", SafetensorsWriter.write(tensors, Map.of()));
        BaseWeights text = BaseWeights.ofShapes(Map.of("encoder.layers.0.mlp.fc1.weight", new Shape(6, 5)));
        BaseParts base = new BaseParts(BaseWeights.ofShapes(BASE), List.of(text));
        assertThatThrownBy(() -> LoraFile.read(file, base, TextEncoderTensors.APPLY))
                .isInstanceOf(AdapterException.class)
                .hasMessage("file: the base has no text_encoder_2, which the file has tensors for");
    }

    @Test
    void rejectsALoKrWhoseFactorDoesNotDivideTheWeight() {
        String kohya = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q.";
        put(kohya + "lokr_w1", 4, 5);
        put(kohya + "lokr_w2", 2, 1);
        assertRefused("lokr_w1: expected a factor of 6 in the weight's shape (6, 5), found 4");
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
        assertRefused("expected lora_B (lora_up) with 2 columns, found [6, 3, 1, 1]");
    }

    @Test
    void rejectsASingleFactor() {
        put("unet." + LAYER + ".lora_A.weight", 2, 5);
        assertRefused("layers with unusable tensors: 1, such as " + LAYER
                + " (expected all factors, found no lora_B (lora_up))");
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
    void rejectsAnAdapterOfTheTextEncoderIfOnlyTheUNetCanChange(String name) {
        put(name, 2, 5);
        assertRefused("tensors for a text encoder, where only the UNet can change: 1");
    }

    @Test
    void rejectsPeftWithoutItsConfig() {
        put("base_model.model." + LAYER + ".lora_A.weight", 2, 5);
        put("base_model.model." + LAYER + ".lora_B.weight", 6, 2);
        assertRefused("adapter_config.json");
    }

    @Test
    void rejectsAFileWithoutTensors() {
        assertRefused("found no tensors");
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
