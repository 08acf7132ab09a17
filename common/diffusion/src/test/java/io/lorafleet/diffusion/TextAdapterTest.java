// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.DeviceAdapter;
import io.lorafleet.diffusion.lora.LoraFile;
import io.lorafleet.diffusion.lora.RowAdapters.Applied;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.text.TokenCount;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import io.lorafleet.safetensors.adapter.TextEncoderTensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Adapters that change the text encoder, alone and in batches. */
class TextAdapterTest {
    /** A peak signal-to-noise ratio, in decibels, above which the difference is invisible. */
    private static final double INVISIBLE = 50;

    private static final GenerationParameters GUIDED =
            new GenerationParameters("a red star", "a blue ring", 5, SamplerKind.DDIM, 4, 64, 64, 1);
    private static final GenerationParameters UNGUIDED =
            new GenerationParameters("a red star", "", 1, SamplerKind.DDIM, 4, 64, 64, 1);

    private static StableDiffusion model;
    private static DeviceAdapter text;
    private static DeviceAdapter both;
    private static DeviceAdapter unet;

    @BeforeAll
    static void open() {
        model = DemoModel.open();
        text = adapter(true, false);
        both = adapter(true, true);
        unet = adapter(false, true);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void changesTheImageByItsScaleInThePromptAndTheNegativePrompt() {
        RgbImage base = image(GUIDED, List.of(), null);
        RgbImage applied = image(GUIDED, List.of(new Applied(text, 1)), null);
        RgbImage half = image(GUIDED, List.of(new Applied(text, 0.5)), null);
        assertThat(Psnr.of(base, applied)).isLessThan(40);
        assertThat(Psnr.of(half, applied)).isLessThan(40);
        assertThat(Psnr.of(image(GUIDED, List.of(new Applied(text, 0)), null), base))
                .isGreaterThan(INVISIBLE);

        GenerationParameters onlyNegative =
                new GenerationParameters("", "a blue ring", 5, SamplerKind.DDIM, 4, 64, 64, 1);
        assertThat(Psnr.of(
                        image(onlyNegative, List.of(), null), image(onlyNegative, List.of(new Applied(text, 1)), null)))
                .isLessThan(40);
    }

    @Test
    void addsTheTextPartToTheUNetPart() {
        List<Applied> parts = List.of(new Applied(unet, 0.8), new Applied(text, 0.8));
        RgbImage together = image(GUIDED, List.of(new Applied(both, 0.8)), null);
        assertThat(Psnr.of(image(GUIDED, parts, null), together)).isGreaterThan(INVISIBLE);
        assertThat(Psnr.of(image(GUIDED, parts.subList(0, 1), null), together)).isLessThan(40);
    }

    @Test
    void generatesTheSameImageBesideImagesWithOtherAdapters() {
        List<List<Applied>> adapters = List.of(
                List.of(new Applied(both, 1)),
                List.of(),
                List.of(new Applied(unet, 0.5)),
                List.of(new Applied(text, -0.5), new Applied(unet, 1)));
        List<PreparedPrompt> prompts = new ArrayList<>();
        List<Denoising> images = new ArrayList<>();
        for (List<Applied> each : adapters) {
            PreparedPrompt prompt = PreparedPrompt.of(model, GUIDED, each, null);
            prompts.add(prompt);
            images.add(Denoising.start(prompt, GUIDED, null));
        }
        try (StepBatch batch = StepBatch.of(images)) {
            while (!images.get(0).done()) {
                batch.advance();
            }
            for (int i = 0; i < images.size(); i++) {
                assertThat(Psnr.of(images.get(i).image(), image(GUIDED, adapters.get(i), null)))
                        .isGreaterThan(INVISIBLE);
            }
        } finally {
            images.forEach(Denoising::close);
            prompts.forEach(PreparedPrompt::close);
        }
    }

    @Test
    void anEmbeddingReplacesItsWordWhereverItIs() {
        Applied embedding = new Applied(embedding(3), 1, "<toy>");
        GenerationParameters positive =
                new GenerationParameters("a red <toy>", "a blue ring", 5, SamplerKind.DDIM, 4, 64, 64, 1);
        GenerationParameters negative =
                new GenerationParameters("a red star", "a <TOY>", 5, SamplerKind.DDIM, 4, 64, 64, 1);
        for (GenerationParameters request : List.of(positive, negative)) {
            assertThat(Psnr.of(image(request, List.of(), null), image(request, List.of(embedding), null)))
                    .isLessThan(40);
        }
        assertThat(Psnr.of(image(GUIDED, List.of(embedding), null), image(GUIDED, List.of(), null)))
                .isEqualTo(Double.POSITIVE_INFINITY);
        try (PreparedPrompt prompt = PreparedPrompt.of(model, positive, List.of(embedding), null)) {
            assertThat(prompt.tokens()).containsExactly(new TokenCount(3, 0), new TokenCount(5, 0));
        }
        try (PreparedPrompt prompt = PreparedPrompt.of(model, negative, List.of(embedding), null)) {
            assertThat(prompt.tokens()).containsExactly(new TokenCount(4, 0), new TokenCount(3, 0));
        }
        embedding.adapter().close();
    }

    @Test
    void anEmbeddingIsCopiedAndFreed() {
        int before = model.liveArrays();
        DeviceAdapter embedding = embedding(2);
        DeviceAdapter copy = embedding.copyTo(model.owner());
        assertThat(copy.bytes()).isEqualTo(embedding.bytes()).isEqualTo(2 * 128 * Float.BYTES);
        embedding.close();
        image(GUIDED, List.of(new Applied(copy, 1, "star")), null);
        copy.close();
        assertThat(model.liveArrays()).isEqualTo(before);
    }

    /** The shadow's prompt is encoded with the shadow, and the teacher's prompts without any adapter. */
    @Test
    void aShadowIsMeasuredWithItsOwnPrompt() {
        double asShadow = shadowError(List.of(), new Shadow(new Applied(both, 1), 5), false);
        double asStudent = shadowError(List.of(new Applied(both, 1)), new Shadow(new Applied(unet, 1), 5), true);
        double withoutText = shadowError(List.of(), new Shadow(new Applied(unet, 1), 5), false);
        assertThat(asShadow).isNotCloseTo(withoutText, withPercentage(0.1));
        assertThat(asStudent).isNotCloseTo(withoutText, withPercentage(0.1));

        List<Applied> own = List.of(new Applied(unet, 1));
        RgbImage measured = image(UNGUIDED, own, new Shadow(new Applied(both, 1), 5));
        assertThat(Psnr.of(measured, image(UNGUIDED, own, null))).isGreaterThan(INVISIBLE);
    }

    @Test
    void leaksNoArrays() {
        image(GUIDED, List.of(new Applied(both, 0.5)), null);
        int before = model.liveArrays();
        image(GUIDED, List.of(new Applied(both, 0.5)), null);
        DeviceAdapter copy = both.copyTo(model.owner());
        image(GUIDED, List.of(new Applied(copy, 0.5)), null);
        copy.close();
        assertThat(model.liveArrays()).isEqualTo(before);
        assertThat(both.bytes()).isEqualTo(text.bytes() + unet.bytes());
    }

    /** @param ofStudent whether to return the error of the rows that generate the image instead of the shadow's */
    private static double shadowError(List<Applied> adapters, Shadow shadow, boolean ofStudent) {
        try (PreparedPrompt prompt = PreparedPrompt.of(model, UNGUIDED, adapters, shadow);
                Denoising image = Denoising.start(prompt, UNGUIDED, null)) {
            image.advance();
            return ofStudent ? image.shadowErrors().own() : image.shadowErrors().shadow();
        }
    }

    private static RgbImage image(GenerationParameters request, List<Applied> adapters, @Nullable Shadow shadow) {
        try (PreparedPrompt prompt = PreparedPrompt.of(model, request, adapters, shadow);
                Denoising denoising = Denoising.start(prompt, request, null)) {
            while (!denoising.done()) {
                denoising.advance();
            }
            return denoising.image();
        }
    }

    private static DeviceAdapter adapter(boolean ofText, boolean ofUNet) {
        try (NDManager scope = model.owner().newSubManager()) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            if (ofText) {
                for (String layer : List.of("self_attn.v_proj", "self_attn.out_proj")) {
                    put(tensors, "text_encoder.text_model.encoder.layers.1." + layer, 128, scope);
                }
            }
            if (ofUNet) {
                put(tensors, "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_v", 192, scope);
            }
            Safetensors file = Safetensors.of("adapter", SafetensorsWriter.write(tensors, Map.of()));
            return DeviceAdapter.of(
                    LoraFile.read(file, model.weights(), TextEncoderTensors.APPLY),
                    model.weights(),
                    DataType.FLOAT32,
                    model.owner());
        }
    }

    private static DeviceAdapter embedding(int vectors) {
        try (NDManager scope = model.owner().newSubManager()) {
            byte[] file = SafetensorsWriter.write(Map.of("emb_params", noise(scope, vectors, 128)), Map.of());
            return DeviceAdapter.of(
                    LoraFile.read(Safetensors.of("toy", file), model.weights(), TextEncoderTensors.APPLY),
                    model.weights(),
                    DataType.FLOAT32,
                    model.owner());
        }
    }

    private static void put(Map<String, NDArray> tensors, String layer, int width, NDManager scope) {
        tensors.put(layer + ".lora_A.weight", noise(scope, 3, width));
        tensors.put(layer + ".lora_B.weight", noise(scope, width, 3));
    }

    private static NDArray noise(NDManager scope, long... sides) {
        Shape shape = new Shape(sides);
        return scope.create(new SeededNoise(sides[0]).next((int) shape.size()), shape)
                .mul(0.2);
    }
}
