// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.weights.ModelFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The properties of inpainting that hold for every model. ParityTest compares the latents with diffusers. */
class InpaintingTest {
    private static final int WIDTH = 24;
    private static final int HEIGHT = 16;

    private final RgbImage init = noise(5);

    @Test
    void keepsTheInitImageOutsideTheMask() {
        try (StableDiffusion model = open("sd1")) {
            RgbImage kept = generate(model, new ImageToImage(init, 1, leftHalf(true)));
            RgbImage decoded = generate(model, new ImageToImage(init, 1, leftHalf(false)));
            for (int pixel = 0; pixel < WIDTH * HEIGHT; pixel++) {
                boolean repainted = pixel % WIDTH < WIDTH / 2;
                assertThat(rgb(kept, pixel)).isEqualTo(rgb(repainted ? decoded : init, pixel));
            }
            assertThat(decoded.rgb()).isNotEqualTo(kept.rgb());
        }
    }

    /** Images with and without a mask, and with other masks, run in one batch. */
    @Test
    void generatesTheSameImageAloneAndInAMixedBatch() {
        List<@Nullable ImageToImage> starts = Arrays.asList(
                new ImageToImage(init, 1, leftHalf(false)),
                null,
                new ImageToImage(noise(6), 0.5, leftHalf(true)),
                new ImageToImage(init, 0.7));
        try (StableDiffusion model = open("sd1")) {
            List<RgbImage> together = generateTogether(model, starts);
            for (int i = 0; i < starts.size(); i++) {
                assertThat(Psnr.of(together.get(i), generate(model, starts.get(i))))
                        .isGreaterThan(50);
            }
            assertThat(Psnr.of(together.get(0), together.get(1))).isLessThan(40);
        }
    }

    @Test
    void mixesMasksInABatchOfAnInpaintingModel() {
        List<ImageToImage> starts =
                List.of(new ImageToImage(init, 1, leftHalf(false)), new ImageToImage(noise(6), 0.5, leftHalf(false)));
        try (StableDiffusion model = open("inpainting")) {
            List<RgbImage> together = generateTogether(model, starts);
            for (int i = 0; i < starts.size(); i++) {
                assertThat(Psnr.of(together.get(i), generate(model, starts.get(i))))
                        .isGreaterThan(50);
            }
            assertThat(Psnr.of(together.get(0), together.get(1))).isLessThan(40);
        }
    }

    @Test
    void leaksNoArrays() {
        for (String family : List.of("sd1", "inpainting")) {
            try (StableDiffusion model = open(family)) {
                ImageToImage start = new ImageToImage(init, 0.5, leftHalf(true));
                generate(model, start); // after this, the kernels have their constants
                int before = model.liveArrays();
                generate(model, start);
                assertThat(model.liveArrays()).isEqualTo(before);
            }
        }
    }

    @Test
    void rejectsAnInpaintingModelWithoutAMask() {
        try (StableDiffusion model = open("inpainting")) {
            for (ImageToImage start : Arrays.asList(null, new ImageToImage(init, 1))) {
                assertThatThrownBy(() -> generate(model, start))
                        .hasMessage("mask: expected an init image and a mask, because the model inpainting is an"
                                + " inpainting model, found none");
            }
        }
    }

    @Test
    void refusesToTrainAnInpaintingModel() {
        Path folder = Path.of("src/test/resources/golden/inpainting");
        assertThatThrownBy(() -> StableDiffusion.openForTraining(folder, Device.cpu()))
                .isInstanceOf(ModelFileException.class)
                .hasMessage(folder + ": expected a model that generates images from prompts, found an inpainting model,"
                        + " which cannot be trained");
    }

    @Test
    void rejectsAMaskThatRepaintsNothing() {
        boolean[] between = new boolean[WIDTH * HEIGHT];
        between[1] = true; // the pixel after the one that the latent takes
        try (StableDiffusion model = open("sd1")) {
            assertThatThrownBy(
                            () -> generate(model, new ImageToImage(init, 1, new Mask(WIDTH, HEIGHT, between, false))))
                    .hasMessage("mask: expected white in the top left pixel of at least one block of 2 x 2 pixels,"
                            + " found none");
        }
    }

    @Test
    void rejectsAMaskOfAnotherSize() {
        Mask mask = new Mask(8, 8, new boolean[64], false);
        try (StableDiffusion model = open("sd1")) {
            assertThatThrownBy(() -> generate(model, new ImageToImage(init, 1, mask)))
                    .hasMessage("mask: expected 24 x 16 pixels, found 8 x 8");
        }
    }

    /** The gray values of red, green and blue are those of Pillow; white begins at 128. */
    @Test
    void convertsColorsToGray() {
        byte[] colors = new byte[5 * 3];
        byte[] values = {
            (byte) 255, 0, 0, 0, (byte) 218, 0, 0, 0, (byte) 255, 127, 127, 127, (byte) 128, (byte) 128, (byte) 128
        };
        System.arraycopy(values, 0, colors, 0, values.length);
        RgbImage image = new RgbImage(5, 1, colors);
        assertThat(List.of(image.luma(0), image.luma(1), image.luma(2), image.luma(3), image.luma(4)))
                .containsExactly(76, 128, 29, 127, 128);
        assertThat(Mask.of(image, false).repainted()).containsExactly(false, true, false, false, true);
    }

    private static StableDiffusion open(String family) {
        return StableDiffusion.open(Path.of("src/test/resources/golden", family), Device.cpu(), Precision.FLOAT32);
    }

    private static Mask leftHalf(boolean keepUnmasked) {
        boolean[] repainted = new boolean[WIDTH * HEIGHT];
        for (int i = 0; i < repainted.length; i++) {
            repainted[i] = i % WIDTH < WIDTH / 2;
        }
        return new Mask(WIDTH, HEIGHT, repainted, keepUnmasked);
    }

    private static RgbImage noise(long seed) {
        float[] planes = new SeededNoise(seed).next(3 * WIDTH * HEIGHT);
        return RgbImage.of(planes, WIDTH, HEIGHT);
    }

    private static List<Integer> rgb(RgbImage image, int pixel) {
        return List.of(
                (int) image.rgb()[3 * pixel], (int) image.rgb()[3 * pixel + 1], (int) image.rgb()[3 * pixel + 2]);
    }

    private static RgbImage generate(StableDiffusion model, @Nullable ImageToImage start) {
        List<@Nullable ImageToImage> one = new ArrayList<>();
        one.add(start);
        return generateTogether(model, one).get(0);
    }

    private static List<RgbImage> generateTogether(
            StableDiffusion model, List<? extends @Nullable ImageToImage> starts) {
        GenerationParameters request =
                new GenerationParameters("a red star", "", 5, SamplerKind.EULER_ANCESTRAL, 4, WIDTH, HEIGHT, 3);
        List<Denoising> images = new ArrayList<>();
        try (PreparedPrompt prompt = PreparedPrompt.of(model, request, List.of(), null)) {
            for (ImageToImage start : starts) {
                Denoising.requireFit(model, request, start);
                images.add(Denoising.start(prompt, request, start));
            }
            List<Denoising> unfinished = new ArrayList<>(images);
            while (!unfinished.isEmpty()) {
                try (StepBatch batch = StepBatch.of(unfinished)) {
                    batch.advance();
                }
                unfinished.removeIf(Denoising::done);
            }
            return images.stream().map(Denoising::image).toList();
        } finally {
            images.forEach(Denoising::close);
        }
    }
}
