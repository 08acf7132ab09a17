// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.DeviceAdapter;
import io.lorafleet.diffusion.lora.LoraFile;
import io.lorafleet.diffusion.lora.RowAdapters.Applied;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.sampler.SamplerSettings;
import io.lorafleet.diffusion.text.EncodingOptions;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Images in one batch do not affect each other. */
class StepBatchTest {
    /**
     * In decibels. A matrix product over more rows may sum in a different order, so the last bit may differ. Above 50,
     * the difference is invisible.
     */
    private static final double INVISIBLE = 50;

    private static StableDiffusion model;
    private static DeviceAdapter small;
    private static DeviceAdapter large;

    private final List<PreparedPrompt> prompts = new ArrayList<>();
    private final List<Denoising> images = new ArrayList<>();

    @BeforeAll
    static void open() {
        model = DemoModel.open();
        small = adapter(2, 1);
        large = adapter(5, 2);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @AfterEach
    void end() {
        images.forEach(Denoising::close);
        prompts.forEach(PreparedPrompt::close);
    }

    @Test
    void generatesEachImageAsInABatchOfItsOwn() {
        start(request("a red star", 5, SamplerKind.DDIM, 6, 1), List.of());
        start(request("a blue ring", 1, SamplerKind.EULER_ANCESTRAL, 4, 2), List.of(new Applied(large, 0.8)));
        start(request("a small green square", 1, SamplerKind.LCM, 8, 3), List.of(new Applied(small, 1)));
        start(request("", 3, SamplerKind.DPMPP_2M, 5, 4), List.of(new Applied(small, -0.5), new Applied(large, 1)));
        start(request("a yellow heart", 1, SamplerKind.UNIPC, 7, 5), List.of());
        images.get(2).advance(); // the others join after its first step
        images.get(2).advance();
        generateTogether();
        assertThat(images.stream().mapToInt(each -> each.rows()).sum()).isEqualTo(7);
        for (Denoising together : List.copyOf(images)) {
            Denoising alone = startAgain(together);
            while (!alone.done()) {
                alone.advance();
            }
            assertThat(Psnr.of(together.image(), alone.image())).isGreaterThan(INVISIBLE);
        }
    }

    /** Cross-attention runs for each length of text by itself. */
    @Test
    void generatesTheSameImageBesidePromptsOfOtherLengths() {
        String sentence = "a large red star over a small blue ring and a green square left of a yellow heart ";
        List<String> texts = List.of("a red star", sentence.repeat(2), sentence.repeat(4), "");
        for (String text : texts) {
            start(chunked(text, 5), List.of());
        }
        assertThat(images.stream().map(each -> each.nextRows().text().states()).distinct())
                .hasSizeGreaterThan(2);
        start(chunked(texts.get(1), 1), List.of(new Applied(large, 0.8)));
        generateTogether();
        for (Denoising together : List.copyOf(images)) {
            Denoising alone = startAgain(together);
            while (!alone.done()) {
                alone.advance();
            }
            assertThat(Psnr.of(together.image(), alone.image())).isGreaterThan(INVISIBLE);
        }
    }

    @Test
    void aLongPromptHasAnEffectBeyondItsFirstChunk() {
        String longPrompt = "a red star and a green square left of a yellow heart over a small blue ring ".repeat(2);
        start(chunked(longPrompt, 5), List.of());
        start(request(longPrompt, 5, SamplerKind.DDIM, 3, 1), List.of());
        generateTogether();
        assertThat(images.get(0).prompt().tokens().get(1).cut()).isZero();
        assertThat(images.get(1).prompt().tokens().get(1).used()).isEqualTo(30);
        assertThat(images.get(1).prompt().tokens().get(1).cut()).isPositive();
        assertThat(Psnr.of(images.get(0).image(), images.get(1).image())).isLessThan(40);
    }

    /** The rows of an image change between steps; the images beside it keep theirs. */
    @Test
    void guidesAPartOfTheStepsInAMixedBatch() {
        GuidanceInterval middle = new GuidanceInterval(0.25, 0.75);
        start(guided("a red star", SamplerKind.DDIM, 8, middle), List.of(new Applied(large, 0.8)));
        start(guided("a blue ring", SamplerKind.HEUN, 4, new GuidanceInterval(0, 0.5)), List.of());
        start(request("a small green square", 1, SamplerKind.LCM, 8, 3), List.of(new Applied(small, 1)));
        start(request("a yellow heart", 5, SamplerKind.UNIPC, 8, 5), List.of());
        List<Integer> rows = new ArrayList<>();
        while (!images.get(0).done()) {
            List<Denoising> unfinished =
                    images.stream().filter(each -> !each.done()).toList();
            try (StepBatch batch = StepBatch.of(unfinished)) {
                rows.add(batch.rows());
                batch.advance();
            }
        }
        // DDIM: 1 1 2 2 2 2 1 1. Heun: 2 2 2 2 1 1 1. LCM: 1. UniPC: 2.
        assertThat(rows).containsExactly(6, 6, 7, 7, 6, 6, 5, 4);
        for (Denoising together : List.copyOf(images)) {
            Denoising alone = startAgain(together);
            while (!alone.done()) {
                alone.advance();
            }
            assertThat(Psnr.of(together.image(), alone.image())).isGreaterThan(INVISIBLE);
        }
    }

    @Test
    void refusesAStepWithTheRowsOfTheStepBefore() {
        start(guided("a red star", SamplerKind.DDIM, 4, new GuidanceInterval(0, 0.5)), List.of());
        start(request("a blue ring", 5, SamplerKind.DDIM, 4, 2), List.of());
        try (StepBatch batch = StepBatch.of(images)) {
            batch.advance();
            assertThat(batch.fitsNextStep()).isTrue();
            batch.advance();
            assertThat(batch.fitsNextStep()).isFalse();
            assertThatThrownBy(batch::advance).isInstanceOf(IllegalStateException.class);
        }
    }

    /** Without guidance in any step, only the prompt is evaluated, as with a guidance scale of 1. */
    @Test
    void anIntervalBetweenTwoStepsIsWithoutGuidance() {
        start(guided("a red star", SamplerKind.EULER, 4, new GuidanceInterval(0.3, 0.4)), List.of());
        start(request("a red star", 1, SamplerKind.EULER, 4, 1), List.of());
        generateTogether();
        assertThat(Psnr.of(images.get(0).image(), images.get(1).image())).isGreaterThan(INVISIBLE);
    }

    private static GenerationParameters guided(
            String prompt, SamplerKind sampler, int steps, GuidanceInterval interval) {
        return new GenerationParameters(
                prompt,
                "green",
                5,
                sampler,
                steps,
                64,
                64,
                1,
                EncodingOptions.DEFAULT,
                interval,
                SamplerSettings.DEFAULT);
    }

    private static GenerationParameters chunked(String prompt, double guidance) {
        return new GenerationParameters(
                prompt, "", guidance, SamplerKind.DDIM, 3, 64, 64, 1, new EncodingOptions(true, false, 0));
    }

    @Test
    void addsTheUpdatesOfSeveralAdaptersOfARow() {
        GenerationParameters request = request("a red star", 1, SamplerKind.DDIM, 3, 1);
        start(request, List.of(new Applied(small, 0.25), new Applied(small, 0.75)));
        start(request, List.of(new Applied(small, 1)));
        start(request, List.of());
        generateTogether();
        RgbImage halves = images.get(0).image();
        assertThat(Psnr.of(halves, images.get(1).image())).isGreaterThan(INVISIBLE);
        assertThat(Psnr.of(halves, images.get(2).image())).isLessThan(40);
    }

    @Test
    void generatesTheSameImageWithAShadow() {
        GenerationParameters teacher = request("a red star", 5, SamplerKind.DDIM, 3, 1);
        GenerationParameters student = request("a red star", 1, SamplerKind.DDIM, 3, 1);
        Shadow shadow = new Shadow(new Applied(large, 1), 5);
        for (GenerationParameters request : List.of(teacher, student)) {
            Denoising watched = start(request, List.of(), shadow);
            Denoising alone = start(request, List.of());
            generateTogether();
            assertThat(Psnr.of(watched.image(), alone.image())).isGreaterThan(INVISIBLE);
            assertThat(watched.shadowErrors().shadow()).isPositive();
            assertThat(alone.shadowErrors().shadow()).isNaN();
        }
    }

    /** The base without guidance has error 1 by definition. */
    @Test
    void measuresTheShadowErrorRelativeToTheEffectOfGuidance() {
        Shadow nothing = new Shadow(new Applied(large, 0), 5);
        Denoising teacher = start(request("a red star", 5, SamplerKind.DDIM, 3, 1), List.of(), nothing);
        Denoising student = start(request("a red star", 1, SamplerKind.DDIM, 3, 1), List.of(), nothing);
        teacher.advance();
        student.advance();
        assertThat(teacher.shadowErrors().shadow()).isBetween(0.999, 1.001);
        assertThat(student.shadowErrors().shadow()).isBetween(0.999, 1.001);
        assertThat(student.shadowErrors().own()).isBetween(0.999, 1.001); // generated without guidance
        assertThat(teacher.shadowErrors().own()).isNaN();
        assertThat(student.meanShadowErrors()).contains(student.shadowErrors());
    }

    @Test
    void leaksNoArrays() {
        generateOneOfEach(); // after this, the kernels have their constants
        int before = model.liveArrays();
        generateOneOfEach();
        assertThat(model.liveArrays()).isEqualTo(before);
    }

    private void generateOneOfEach() {
        start(request("a red star", 5, SamplerKind.PNDM, 4, 1), List.of(new Applied(large, 0.5)));
        start(guided("", SamplerKind.DPMPP_SDE, 3, new GuidanceInterval(0, 0.5)), List.of(new Applied(large, 0.5)));
        start(request("a blue ring", 1, SamplerKind.UNIPC, 4, 2), List.of(), new Shadow(new Applied(small, 1), 5));
        generateTogether();
        end();
        prompts.clear();
        images.clear();
    }

    private void generateTogether() {
        List<Denoising> riding = new ArrayList<>(images);
        riding.removeIf(Denoising::done);
        while (!riding.isEmpty()) {
            try (StepBatch batch = StepBatch.of(riding)) {
                batch.advance();
            }
            riding.removeIf(Denoising::done);
        }
    }

    private record Order(GenerationParameters request, List<Applied> adapters) {}

    private final Map<Denoising, Order> orders = new LinkedHashMap<>();

    private Denoising start(GenerationParameters request, List<Applied> adapters) {
        return start(request, adapters, null);
    }

    private Denoising start(GenerationParameters request, List<Applied> adapters, Shadow shadow) {
        PreparedPrompt prompt = PreparedPrompt.of(model, request, adapters, shadow);
        prompts.add(prompt);
        Denoising image = Denoising.start(prompt, request, null);
        images.add(image);
        orders.put(image, new Order(request, adapters));
        return image;
    }

    private Denoising startAgain(Denoising image) {
        return start(orders.get(image).request(), orders.get(image).adapters());
    }

    private static GenerationParameters request(
            String prompt, double guidance, SamplerKind sampler, int steps, long seed) {
        return new GenerationParameters(prompt, "", guidance, sampler, steps, 64, 64, seed);
    }

    /** Linear layers of image and text attention, and a convolution, with 192 channels each. */
    private static DeviceAdapter adapter(int rank, int seed) {
        try (NDManager scope = model.owner().newSubManager()) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            String block = "unet.mid_block.attentions.0.transformer_blocks.0.";
            for (String linear : List.of(block + "attn1.to_v", block + "attn2.to_q", block + "attn1.to_out.0")) {
                tensors.put(linear + ".lora_A.weight", noise(scope, seed, rank, 192));
                tensors.put(linear + ".lora_B.weight", noise(scope, seed, 192, rank));
            }
            if (rank > 2) {
                tensors.put("unet.mid_block.resnets.0.conv1.lora_A.weight", noise(scope, seed, rank, 192, 3, 3));
                tensors.put("unet.mid_block.resnets.0.conv1.lora_B.weight", noise(scope, seed, 192, rank, 1, 1));
            }
            Safetensors file = Safetensors.of("adapter", SafetensorsWriter.write(tensors, Map.of()));
            return DeviceAdapter.of(LoraFile.read(file, model.unet().weightShapes()), DataType.FLOAT32, model.owner());
        }
    }

    private static NDArray noise(NDManager scope, int seed, long... shape) {
        Shape s = new Shape(shape);
        return scope.create(new SeededNoise(seed).next((int) s.size()), s).mul(0.4);
    }
}
