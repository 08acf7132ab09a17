// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.weights.Safetensors;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DenoisingTest {
    private static StableDiffusion model;

    @BeforeAll
    static void open() {
        model = DemoModel.open();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @ParameterizedTest
    @CsvSource({"1234, a large red star on a white background", "1236, a small striped green square"})
    void generatesTheImageOfDiffusers(long seed, String prompt) {
        RgbImage image = generate(new GenerationParameters(prompt, "", 5, SamplerKind.DDIM, 25, 64, 64, seed));
        try (NDManager scope = NDManager.newBaseManager()) {
            NDArray expected = Safetensors.open(DemoModel.FOLDER.resolve("expected_images.safetensors"))
                    .read("seed" + seed + ".image", scope);
            assertThat(Psnr.of(image, RgbImage.of(expected))).isGreaterThan(50);
        }
    }

    @Test
    void isDeterministic() {
        GenerationParameters request =
                new GenerationParameters("a blue ring", "red", 3, SamplerKind.EULER, 4, 64, 64, 9);
        assertThat(generate(request).rgb()).isEqualTo(generate(request).rgb());
    }

    /** Latents of 18 x 26 and 19 x 11, whose sides are not divisible by the UNet's downsampling factor. */
    @ParameterizedTest
    @CsvSource({"72, 104", "76, 44"})
    void generatesTheImageOfDiffusersAtSizesThatAreNotDivisibleByTwo(int width, int height) {
        String prompt = "a blue ring left of a yellow heart on a black background";
        RgbImage image = generate(new GenerationParameters(prompt, "", 5, SamplerKind.DDIM, 8, width, height, 7));
        try (NDManager scope = NDManager.newBaseManager()) {
            NDArray expected = Safetensors.open(Path.of("src/test/resources/golden/demo/images.safetensors"))
                    .read(width + "x" + height + ".image", scope);
            assertThat(Psnr.of(image, RgbImage.of(expected))).isGreaterThan(50);
        }
    }

    @Test
    void rejectsASizeThatIsNotAMultipleOfTheFactor() {
        assertThatThrownBy(() -> generate(new GenerationParameters("", "", 1, SamplerKind.DDIM, 1, 66, 64, 0)))
                .hasMessage("width: expected a multiple of 4, found 66");
    }

    @Test
    void rejectsMoreStepsThanTrainingTimesteps() {
        assertThatThrownBy(() -> generate(new GenerationParameters("", "", 1, SamplerKind.DDIM, 1001, 64, 64, 0)))
                .hasMessage("steps: expected 1 to 1000, found 1001");
    }

    private static RgbImage generate(GenerationParameters request) {
        Denoising.requireFit(model, request, null);
        try (PreparedPrompt prompt = PreparedPrompt.of(model, request, List.of(), null);
                Denoising denoising = Denoising.start(prompt, request, null)) {
            while (!denoising.done()) {
                denoising.advance();
            }
            return denoising.image();
        }
    }
}
