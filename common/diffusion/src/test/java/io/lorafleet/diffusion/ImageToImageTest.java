// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.weights.Safetensors;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares image-to-image with diffusers, for every sampler: see src/test/python/img2img.py. */
class ImageToImageTest {
    private static StableDiffusion model;
    private static Safetensors expected;
    private static RgbImage redStar;

    @BeforeAll
    static void open() {
        model = DemoModel.open();
        expected = Safetensors.open(DemoModel.FOLDER.resolve("expected_img2img.safetensors"));
        try (NDManager scope = NDManager.newBaseManager()) {
            redStar = RgbImage.of(Safetensors.open(DemoModel.FOLDER.resolve("expected_images.safetensors"))
                    .read("seed1234.image", scope));
        }
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void generatesTheImageOfDiffusers(SamplerKind sampler) {
        assertThat(psnrWithDiffusers(
                        sampler, Double.parseDouble(expected.metadata().get("strength")), ".latent"))
                .isGreaterThan(50);
    }

    @ParameterizedTest
    @EnumSource(names = {"DDIM", "EULER", "UNIPC", "HEUN", "TCD"}) // one of each way to scale the first noise
    void generatesTheImageOfDiffusersAtFullStrength(SamplerKind sampler) {
        assertThat(psnrWithDiffusers(sampler, 1, ".strength1.latent")).isGreaterThan(50);
    }

    @ParameterizedTest
    @CsvSource({"0.6, 12", "1, 20", "0.05, 1", "0.99, 19"})
    void runsTheLastSteps(double strength, int made) {
        assertThat(new ImageToImage(redStar, strength).startStep(20)).isEqualTo(20 - made);
    }

    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void staysCloseToTheImageAtLowStrength(SamplerKind sampler) {
        RgbImage image = generate(request(sampler), new ImageToImage(redStar, 0.05));
        assertThat(Psnr.of(image, redStar)).isGreaterThan(18);
    }

    @Test
    void leaksNoArrays() {
        ImageToImage image = new ImageToImage(redStar, 0.1);
        generate(request(SamplerKind.UNIPC), image);
        int before = model.liveArrays();
        for (int i = 0; i < 5; i++) {
            generate(request(SamplerKind.UNIPC), image);
        }
        assertThat(model.liveArrays()).isEqualTo(before);
    }

    @Test
    void rejectsAStrengthWithoutSteps() {
        ImageToImage image = new ImageToImage(redStar, 0.04);
        assertThatThrownBy(() -> generate(request(SamplerKind.DDIM), image))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("strength * steps: expected at least 1, found 0.04 * 20");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.5, 1.01, Double.NaN})
    void rejectsAStrengthOutOfRange(double strength) {
        assertThatThrownBy(() -> new ImageToImage(redStar, strength))
                .hasMessage("strength: expected a number greater than 0 and at most 1, found " + strength);
    }

    @Test
    void rejectsAnImageOfAnotherSize() {
        ImageToImage image = new ImageToImage(redStar.resized(60, 64), 0.5);
        assertThatThrownBy(() -> generate(request(SamplerKind.DDIM), image))
                .hasMessage("init image: expected 64 x 64 pixels, found 60 x 64");
    }

    private static double psnrWithDiffusers(SamplerKind sampler, double strength, String suffix) {
        RgbImage image = generate(request(sampler), new ImageToImage(redStar, strength));
        try (NDManager scope = model.owner().newSubManager()) {
            NDArray latent = expected.read(sampler.name().toLowerCase(Locale.ROOT) + suffix, scope);
            return Psnr.of(image, RgbImage.of(model.vae().decodeScaled(latent)));
        }
    }

    private static GenerationParameters request(SamplerKind sampler) {
        var said = expected.metadata();
        return new GenerationParameters(
                said.get("prompt"),
                said.get("negative"),
                Double.parseDouble(said.get("guidance")),
                sampler,
                Integer.parseInt(said.get("steps")),
                64,
                64,
                Long.parseLong(said.get("seed")));
    }

    private static RgbImage generate(GenerationParameters request, ImageToImage image) {
        Denoising.requireFit(model, request, image);
        try (PreparedPrompt prompt = PreparedPrompt.of(model, request, List.of(), null);
                Denoising denoising = Denoising.start(prompt, request, image)) {
            while (!denoising.done()) {
                denoising.advance();
            }
            return denoising.image();
        }
    }
}
