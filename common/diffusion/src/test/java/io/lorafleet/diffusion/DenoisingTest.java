package io.lorafleet.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.checkpoint.Safetensors;
import io.lorafleet.diffusion.sampler.SamplerKind;
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
    void drawsThePictureThatDiffusersDraws(long seed, String prompt) {
        Picture picture = draw(new TextToImage(prompt, "", 5, SamplerKind.DDIM, 25, 64, 64, seed));
        try (NDManager scope = NDManager.newBaseManager()) {
            NDArray image = Safetensors.open(DemoModel.FOLDER.resolve("expected_pictures.safetensors"))
                    .read("seed" + seed + ".image", scope);
            assertThat(Psnr.of(picture, Picture.of(image))).isGreaterThan(50);
        }
    }

    @Test
    void drawsTheSameBytesAgain() {
        TextToImage request = new TextToImage("a blue ring", "red", 3, SamplerKind.EULER, 4, 64, 64, 9);
        assertThat(draw(request).rgb()).isEqualTo(draw(request).rgb());
    }

    @Test
    void drawsPicturesThatAreNotSquare() {
        Picture picture = draw(new TextToImage("a blue ring", "", 1, SamplerKind.EULER, 2, 88, 52, 9));
        assertThat(picture.width()).isEqualTo(88);
        assertThat(picture.height()).isEqualTo(52);
    }

    @Test
    void leavesNoArrayBehind() {
        TextToImage request = new TextToImage("a blue ring", "", 5, SamplerKind.DDIM, 2, 64, 64, 9);
        draw(request);
        int before = model.liveArrays();
        for (int i = 0; i < 5; i++) {
            draw(request);
        }
        assertThat(model.liveArrays()).isEqualTo(before);
    }

    @Test
    void refusesASizeThatNoLatentHas() {
        assertThatThrownBy(() -> draw(new TextToImage("", "", 1, SamplerKind.DDIM, 1, 66, 64, 0)))
                .hasMessage("width: expected a multiple of 4, the model's size of a latent, found 66");
    }

    @Test
    void refusesMoreStepsThanTheModelWasTrainedWith() {
        assertThatThrownBy(() -> draw(new TextToImage("", "", 1, SamplerKind.DDIM, 1001, 64, 64, 0)))
                .hasMessage("steps: expected 1 to 1000, found 1001");
    }

    private static Picture draw(TextToImage request) {
        try (Denoising denoising = Denoising.start(model, request, null)) {
            while (!denoising.done()) {
                denoising.advance();
            }
            return denoising.picture();
        }
    }
}
