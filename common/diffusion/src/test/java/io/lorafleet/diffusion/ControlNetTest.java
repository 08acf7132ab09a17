// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.unet.ControlNet;
import io.lorafleet.diffusion.unet.ControlNetConfig;
import io.lorafleet.diffusion.weights.Checksums;
import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ControlNets in batches, and the files that are refused. ParityTest compares the latents with diffusers. */
class ControlNetTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final Path EDGES = GOLDEN.resolve("sd1/control/edges");
    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";
    private static final int WIDTH = 24;
    private static final int HEIGHT = 16;

    private static StableDiffusion model;
    private static ControlNet edges;

    private final List<PreparedPrompt> prompts = new ArrayList<>();
    private final List<Denoising> images = new ArrayList<>();

    @TempDir
    private Path copy;

    @BeforeAll
    static void open() {
        model = StableDiffusion.open(GOLDEN.resolve("sd1"), Device.cpu(), Precision.FLOAT32);
        edges = model.openControlNet(EDGES, Precision.FLOAT32);
    }

    @AfterAll
    static void close() {
        edges.close();
        model.close();
    }

    @AfterEach
    void end() {
        images.forEach(Denoising::close);
        prompts.forEach(PreparedPrompt::close);
        images.clear();
        prompts.clear();
    }

    @Test
    void changesTheImageThatHasItAndNoOther() {
        List<Control> none = List.of();
        List<RgbImage> withoutAny = generateTogether(4, List.of(none, none));
        List<RgbImage> withOne = generateTogether(4, List.of(List.of(control(1)), none));
        assertThat(Psnr.of(withOne.get(0), withoutAny.get(0))).isLessThan(40);
        assertThat(withOne.get(1).rgb()).isEqualTo(withoutAny.get(1).rgb());
    }

    @Test
    void generatesTheSameBytesAgain() {
        List<List<Control>> controls = List.of(List.of(control(1), control(-0.3)), List.of(control(0.4)));
        List<RgbImage> first = generateTogether(3, controls);
        List<RgbImage> second = generateTogether(3, controls);
        assertThat(first.get(0).rgb()).isEqualTo(second.get(0).rgb());
        assertThat(first.get(1).rgb()).isEqualTo(second.get(1).rgb());
    }

    /** Two of four steps: [0.25, 0.75]. */
    @Test
    void needsAnotherBatchWhenItStartsAndWhenItEnds() {
        start(4, List.of(control(1, 0.25, 0.75)), null);
        start(4, List.of(), null);
        assertThat(stepsThatFitTheBatchBefore(4)).containsExactly(false, true, false);
    }

    /** As in diffusers, the shares count from the first step that is run. */
    @Test
    void countsTheStepsThatAnInitImageLeaves() {
        start(8, List.of(control(1, 0, 0.5)), new ImageToImage(noise(3), 0.5));
        assertThat(stepsThatFitTheBatchBefore(4)).containsExactly(true, false, true);
    }

    @Test
    void leaksNoArrays() {
        List<List<Control>> controls = List.of(List.of(control(1, 0, 0.5), control(0.2)), List.of(control(1)));
        generateTogether(2, controls);
        end();
        int before = model.liveArrays();
        generateTogether(2, controls);
        end();
        assertThat(model.liveArrays()).isEqualTo(before);
    }

    /** The ControlNet gets the latent without the mask and the masked image. */
    @Test
    void controlsAnInpaintingModel() {
        ControlNetConfig config = ControlNetConfig.of(ModelConfig.parse("config.json", """
                {"in_channels": 4, "block_out_channels": [16, 32], "layers_per_block": 1, "norm_num_groups": 8,
                 "attention_head_dim": 4, "cross_attention_dim": 24, "conditioning_embedding_out_channels": [4, 8],
                 "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"]}"""));
        boolean[] leftHalf = new boolean[WIDTH * HEIGHT];
        for (int i = 0; i < leftHalf.length; i++) {
            leftHalf[i] = i % WIDTH < WIDTH / 2;
        }
        ImageToImage init = new ImageToImage(noise(3), 1, new Mask(WIDTH, HEIGHT, leftHalf, false));
        try (StableDiffusion inpainting =
                StableDiffusion.open(GOLDEN.resolve("inpainting"), Device.cpu(), Precision.FLOAT32)) {
            config.requireFit("config.json", inpainting.unet().config(), inpainting.sizeMultiple(), 4);
            NDManager owner = inpainting.owner().newSubManager();
            Weights weights = Weights.random("controlnet", DataType.FLOAT32, owner);
            try (ControlNet random = new ControlNet(config, weights.withUse(Weights.Use.INFERENCE), owner)) {
                RgbImage without = generate(inpainting, 2, List.of(), init);
                RgbImage with = generate(inpainting, 2, List.of(new Control(random, noise(1), 1, 0, 1)), init);
                assertThat(Psnr.of(with, without)).isLessThan(50);
            }
        }
    }

    @Test
    void refusesAControlNetOfAnotherBase() {
        assertRefused(
                GOLDEN.resolve("sdxl/control/edges"),
                "block_out_channels: expected [32, 64], as in the base model, found [16, 48]");
    }

    @Test
    void refusesAConditionImageThatCannotHaveTheSizeOfTheLatent() throws IOException {
        copyFiles();
        Path config = copy.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config).replaceFirst("\"conditioning_embedding_out_channels\": \\[\\s+8,", "$0 8,"));
        assertRefused(copy, "expected 2, as in the base model, found 4");
    }

    @Test
    void refusesFilesWithOtherChecksums() throws IOException {
        copyFiles();
        Path sums = copy.resolve(Checksums.FILE);
        Files.writeString(sums, Checksums.sha256(List.of(copy.resolve(WEIGHTS))) + "  " + WEIGHTS + "\n");
        model.openControlNet(copy, Precision.FLOAT32).close();
        Files.writeString(sums, "0".repeat(64) + "  " + WEIGHTS + "\n");
        assertRefused(copy, WEIGHTS + ": expected SHA-256 " + "0".repeat(64) + ", found ");
    }

    @Test
    void refusesWeightsThatTheConfigDoesNotDescribe() throws IOException {
        copyFiles();
        Files.copy(
                GOLDEN.resolve("sd1/unet").resolve(WEIGHTS),
                copy.resolve(WEIGHTS),
                StandardCopyOption.REPLACE_EXISTING);
        assertRefused(
                copy, "controlnet: tensor controlnet_cond_embedding.conv_in.bias: expected (8), found no such tensor");
    }

    @Test
    void refusesAnotherPrecisionThanThatOfTheUnet() {
        assertThatThrownBy(() -> model.openControlNet(EDGES, Precision.FLOAT16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("precision: expected the UNet's data type float32, found float16");
    }

    @Test
    void refusesAConditionImageOfAnotherSize() {
        Control small = new Control(edges, new RgbImage(8, 8, new byte[192]), 1, 0, 1);
        assertThatThrownBy(() -> PreparedPrompt.of(model, request(2), List.of(), null, List.of(small)))
                .hasMessage("control: image: expected 24 x 16 pixels, found 8 x 8");
    }

    @Test
    void refusesValuesThatMeanNothing() {
        assertThatThrownBy(() -> control(Double.NaN)).hasMessage("control: scale: expected a finite number, found NaN");
        assertThatThrownBy(() -> control(1, 0.5, 0.5))
                .hasMessage("control: expected 0 <= start < end <= 1, found 0.5 and 0.5");
    }

    private static void assertRefused(Path folder, String message) {
        assertThatThrownBy(() -> model.openControlNet(folder, Precision.FLOAT32))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(message);
    }

    private void copyFiles() throws IOException {
        for (String name : List.of("config.json", WEIGHTS)) {
            Files.copy(EDGES.resolve(name), copy.resolve(name));
        }
    }

    private static Control control(double scale) {
        return control(scale, 0, 1);
    }

    private static Control control(double scale, double start, double end) {
        return new Control(edges, noise(1), scale, start, end);
    }

    private static RgbImage noise(int seed) {
        float[] noise = new SeededNoise(seed).next(3 * WIDTH * HEIGHT);
        return RgbImage.of(noise, WIDTH, HEIGHT);
    }

    private static GenerationParameters request(int steps) {
        return new GenerationParameters("a red star", "", 5, SamplerKind.DDIM, steps, WIDTH, HEIGHT, 7);
    }

    private Denoising start(int steps, List<Control> controls, @Nullable ImageToImage init) {
        return start(model, steps, controls, init);
    }

    private Denoising start(StableDiffusion with, int steps, List<Control> controls, @Nullable ImageToImage init) {
        PreparedPrompt prompt = PreparedPrompt.of(with, request(steps), List.of(), null, controls);
        prompts.add(prompt);
        Denoising image = Denoising.start(prompt, request(steps), init);
        images.add(image);
        return image;
    }

    private RgbImage generate(StableDiffusion with, int steps, List<Control> controls, @Nullable ImageToImage init) {
        Denoising image = start(with, steps, controls, init);
        while (!image.done()) {
            image.advance();
        }
        RgbImage generated = image.image();
        end();
        return generated;
    }

    private List<RgbImage> generateTogether(int steps, List<List<Control>> controls) {
        List<Denoising> together =
                controls.stream().map(each -> start(steps, each, null)).toList();
        for (int i = 0; i < steps; i++) {
            try (StepBatch batch = StepBatch.of(together)) {
                batch.advance();
            }
        }
        return together.stream().map(Denoising::image).toList();
    }

    /** @return for each step but the first, whether the batch of the step before can run it */
    private Boolean[] stepsThatFitTheBatchBefore(int steps) {
        Boolean[] fits = new Boolean[steps - 1];
        for (int i = 0; i < steps - 1; i++) {
            try (StepBatch batch = StepBatch.of(images)) {
                batch.advance();
                fits[i] = batch.fitsNextStep();
            }
        }
        return fits;
    }
}
