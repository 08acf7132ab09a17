// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.DeviceAdapter;
import io.lorafleet.diffusion.lora.LoraFile;
import io.lorafleet.diffusion.lora.RowAdapters;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The number of live arrays is the same before and after an image. */
class LeakTest {
    private static StableDiffusion model;
    private static List<RowAdapters.Applied> adapter;

    private int before;

    @BeforeAll
    static void open() {
        model = DemoModel.open();
        adapter = List.of(new RowAdapters.Applied(adapter(), 1));
        // From here on, the kernels have their constants, and the convolutions have their weight layouts for these
        // sizes.
        generate(model, request(SamplerKind.DDIM, 5, 64), adapter);
        generate(model.tilingAbove(0), request(SamplerKind.DDIM, 1, 124), List.of());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @BeforeEach
    void count() {
        before = model.liveArrays();
    }

    @AfterEach
    void leaksNoArrays() {
        assertThat(model.liveArrays()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void guided(SamplerKind sampler) {
        generate(model, request(sampler, 5, 64), List.of());
    }

    @Test
    void guidedWithAnAdapter() {
        generate(model, request(SamplerKind.DDIM, 5, 64), adapter);
    }

    @Test
    void studentWithAnAdapter() {
        generate(model, request(SamplerKind.LCM, 1, 64), adapter);
    }

    @Test
    void decodedInTiles() {
        generate(model.tilingAbove(0), request(SamplerKind.DDIM, 1, 124), List.of());
    }

    @Test
    void closedBeforeTheLastStep() {
        GenerationParameters request = request(SamplerKind.UNIPC, 5, 64);
        try (PreparedPrompt prompt = PreparedPrompt.of(model, request, adapter, null);
                Denoising denoising = Denoising.start(prompt, request, null)) {
            denoising.advance();
            denoising.advance();
        }
    }

    /** Enough steps for multistep samplers to reach their highest order and drop old outputs. */
    private static GenerationParameters request(SamplerKind sampler, double guidanceScale, int size) {
        return new GenerationParameters("a blue ring", "red", guidanceScale, sampler, 6, size, size, 9);
    }

    private static void generate(
            StableDiffusion model, GenerationParameters request, List<RowAdapters.Applied> adapter) {
        try (PreparedPrompt prompt = PreparedPrompt.of(model, request, adapter, null);
                Denoising denoising = Denoising.start(prompt, request, null)) {
            while (!denoising.done()) {
                denoising.advance();
            }
            denoising.image();
        }
    }

    /** A linear layer and a convolution, 192 channels each. */
    private static DeviceAdapter adapter() {
        try (NDManager scope = model.owner().newSubManager()) {
            String linear = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_v";
            String convolution = "unet.mid_block.resnets.0.conv1";
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put(linear + ".lora_A.weight", scope.ones(new Shape(2, 192)));
            tensors.put(linear + ".lora_B.weight", scope.ones(new Shape(192, 2)));
            tensors.put(convolution + ".lora_A.weight", scope.ones(new Shape(2, 192, 3, 3)));
            tensors.put(convolution + ".lora_B.weight", scope.ones(new Shape(192, 2, 1, 1)));
            Safetensors file = Safetensors.of("adapter", SafetensorsWriter.write(tensors, Map.of()));
            return DeviceAdapter.of(LoraFile.read(file, model.unet().weightShapes()), DataType.FLOAT32, model.owner());
        }
    }
}
