// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.diffusion.sampler.SamplerKind;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LatentPreviewTest {
    private static StableDiffusion model;
    private static LatentPreview colours;

    @BeforeAll
    static void open() {
        model = DemoModel.open();
        colours = LatentPreview.of(model);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void hasOnePixelPerLatentValue(SamplerKind sampler) {
        GenerationParameters request =
                new GenerationParameters("a large red star on a gray background", "", 5, sampler, 8, 64, 96, 7);
        try (PreparedPrompt prompt = PreparedPrompt.of(model, request, List.of(), null);
                Denoising denoising = Denoising.start(prompt, request, null)) {
            while (!denoising.done()) {
                denoising.advance();
            }
            RgbImage preview = denoising.preview(colours);
            assertThat(preview.width()).isEqualTo(64 / model.sizeMultiple());
            assertThat(preview.height()).isEqualTo(96 / model.sizeMultiple());
            RgbImage small = denoising.image().resized(preview.width(), preview.height());
            assertThat(Psnr.of(preview, small)).isGreaterThan(Psnr.of(withoutShapes(small), small));
        }
    }

    /** @return an image of the mean colors */
    private static RgbImage withoutShapes(RgbImage image) {
        byte[] flat = new byte[image.rgb().length];
        for (int colour = 0; colour < 3; colour++) {
            int sum = 0;
            for (int i = colour; i < flat.length; i += 3) {
                sum += image.rgb()[i] & 0xFF;
            }
            for (int i = colour; i < flat.length; i += 3) {
                flat[i] = (byte) (sum / (flat.length / 3));
            }
        }
        return new RgbImage(image.width(), image.height(), flat);
    }

    @Test
    void failsBeforeTheFirstStep() {
        GenerationParameters request = new GenerationParameters("a red star", "", 5, SamplerKind.DDIM, 8, 64, 64, 7);
        try (PreparedPrompt prompt = PreparedPrompt.of(model, request, List.of(), null);
                Denoising denoising = Denoising.start(prompt, request, null)) {
            assertThatThrownBy(() -> denoising.preview(colours)).isInstanceOf(IllegalStateException.class);
        }
    }
}
