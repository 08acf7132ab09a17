// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.GenerationParameters;
import io.lorafleet.diffusion.ImageToImage;
import io.lorafleet.diffusion.Mask;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.sampler.NoiseSchedule;
import io.lorafleet.diffusion.sampler.PredictionType;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.text.ClipTextConfig;
import io.lorafleet.diffusion.unet.UNetConfig;
import io.lorafleet.diffusion.vae.VaeConfig;
import io.lorafleet.diffusion.weights.Checksums;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Pipeline;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointFileTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final String FIRST_LAYER = "model.diffusion_model.input_blocks.0.0.weight";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"sd1", "sd2", "sdxl", "inpainting"})
    void generatesTheSameBytesAsTheFolder(String family) throws IOException {
        Path file = write(family, Map.of());
        assertThat(image(file)).isEqualTo(image(GOLDEN.resolve(family)));
    }

    /** Compares files that {@code docs/parity/single_file.py} wrote, with the shapes of the published models. */
    @ParameterizedTest
    @ValueSource(strings = {"sd1", "sd2", "sdxl"})
    @EnabledIfSystemProperty(named = "checkpoints", matches = ".+")
    void hasTheTensorsOfTheFolderThatDiffusersMakes(String kind) {
        Path written = Path.of(System.getProperty("checkpoints"));
        Path path = written.resolve(kind + ".safetensors");
        assumeTrue(Files.exists(path), "no " + path);
        Pipeline file = Pipelines.open(path);
        Pipeline folder = Pipelines.open(written.resolve("folders").resolve(kind));
        List<String> texts = kind.equals("sdxl") ? List.of("text_encoder", "text_encoder_2") : List.of("text_encoder");
        for (String part : texts) {
            assertThat(ClipTextConfig.of(file.config(part))).isEqualTo(ClipTextConfig.of(folder.config(part)));
            assertSameTensors(file.weights(part), folder.weights(part));
        }
        assertThat(UNetConfig.of(file.config("unet"))).isEqualTo(UNetConfig.of(folder.config("unet")));
        assertSameTensors(file.weights("unet"), folder.weights("unet"));
        assertThat(VaeConfig.of(file.config("vae"))).isEqualTo(VaeConfig.of(folder.config("vae")));
        assertSameTensors(file.weights("vae"), folder.weights("vae"));
        assertThat(NoiseSchedule.of(file.schedulerConfig(), file.schedulerClass()))
                .usingRecursiveComparison()
                .isEqualTo(NoiseSchedule.of(folder.schedulerConfig(), folder.schedulerClass()));
    }

    /** transformers 5 leaves out the prefix "text_model". */
    private static void assertSameTensors(List<Safetensors> viewed, List<Safetensors> written) {
        Map<String, Safetensors> expected = new TreeMap<>();
        Map<String, String> names = new TreeMap<>();
        written.forEach(file -> file.names().forEach(name -> {
            expected.put(name.replaceFirst("^text_model\\.", ""), file);
            names.put(name.replaceFirst("^text_model\\.", ""), name);
        }));
        Set<String> compared = new TreeSet<>();
        for (Safetensors file : viewed) {
            for (String name : file.names()) {
                String key = name.replaceFirst("^text_model\\.", "");
                assertThat(expected).containsKey(key);
                try (NDManager scope = NDManager.newBaseManager()) {
                    NDArray found = file.read(name, scope);
                    NDArray wanted = expected.get(key).read(names.get(key), scope);
                    assertThat(found.getShape()).as(key).isEqualTo(wanted.getShape());
                    assertThat(found.toByteBuffer()).as(key).isEqualTo(wanted.toByteBuffer());
                }
                compared.add(key);
            }
        }
        assertThat(compared).isEqualTo(expected.keySet());
    }

    /** The image of a checkpoint with the shapes of a published model. */
    @ParameterizedTest
    @ValueSource(strings = {"sd1", "sd2", "sdxl"})
    @EnabledIfSystemProperty(named = "checkpoints.precision", matches = ".+")
    void generatesTheSameBytesAsTheFolderThatDiffusersMakes(String kind) {
        Path written = Path.of(System.getProperty("checkpoints"));
        Path file = written.resolve(kind + ".safetensors");
        assumeTrue(Files.exists(file), "no " + file);
        Precision precision = Precision.valueOf(System.getProperty("checkpoints.precision"));
        assertThat(image(file, precision))
                .isEqualTo(image(written.resolve("folders").resolve(kind), precision));
    }

    @Test
    void ignoresAveragedWeightsAndWhatOnlyTrainingUses() throws IOException {
        try (NDManager scope = NDManager.newBaseManager()) {
            NDArray any = scope.ones(new Shape(2));
            Path file = write(
                    "sd1",
                    Map.of(
                            "model_ema.diffusion_modeltime_embed0weight",
                            any,
                            "first_stage_model.loss.logvar",
                            any,
                            "alphas_cumprod",
                            any,
                            "cond_stage_model.transformer.text_model.embeddings.position_ids",
                            any));
            assertThat(image(file)).isEqualTo(image(GOLDEN.resolve("sd1")));
            assertThat(Pipelines.open(file).facts())
                    .contains(new Pipeline.Fact("averaged weights", "ignored", "1 tensors model_ema.*"));
        }
    }

    @Test
    void usesTheVaeBesideTheFile() throws IOException {
        Path file = write("sd1", Map.of());
        Path vae = Files.createDirectories(folder.resolve("model/vae"));
        for (String name : List.of("config.json", "diffusion_pytorch_model.safetensors")) {
            Files.copy(
                    GOLDEN.resolve("sd2/vae").resolve(name),
                    vae.resolve(name),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        Path swapped = Files.createDirectories(folder.resolve("swapped"));
        copy(GOLDEN.resolve("sd1"), swapped);
        copy(GOLDEN.resolve("sd2/vae"), swapped.resolve("vae"));
        assertThat(image(file)).isEqualTo(image(swapped)).isNotEqualTo(image(GOLDEN.resolve("sd1")));
    }

    @Test
    void refusesTensorsThatTheUNetDoesNotHave() throws IOException {
        try (NDManager scope = NDManager.newBaseManager()) {
            Path file = write("sd1", Map.of("model.diffusion_model.input_blocks.1.2.weight", scope.ones(new Shape(2))));
            assertThatThrownBy(() -> StableDiffusion.open(file, Device.cpu(), Precision.FLOAT32))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("found 1 other tensors, such as input_blocks.1.2.weight");
        }
    }

    @Test
    void needsAFolderForAVocabularyOfItsOwn() throws IOException {
        Path file = write("sd1", Map.of());
        try (var files = Files.list(folder.resolve("model/tokenizer"))) {
            for (Path part : files.toList()) {
                Files.delete(part);
            }
        }
        Files.delete(folder.resolve("model/tokenizer"));
        assertThatThrownBy(() -> StableDiffusion.open(file, Device.cpu(), Precision.FLOAT32))
                .hasMessage("text_encoder: expected a tokenizer with at most 680 tokens, as in vocab_size, found 49408"
                        + " tokens. A model with a vocabulary of its own needs a folder tokenizer");
    }

    @Test
    void verifiesTheChecksumBesideTheFile() throws IOException {
        Path file = write("sd1", Map.of());
        Path sums = folder.resolve(Checksums.FILE);
        Files.writeString(sums, Checksums.sha256(List.of(file)) + "  model.safetensors\n");
        Pipelines.open(file).verify();
        Files.writeString(sums, "0".repeat(64) + "  model.safetensors\n");
        assertThatThrownBy(() -> Pipelines.open(file).verify())
                .hasMessageContaining("model.safetensors: expected SHA-256 000000");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight | a Stable Diffusion 3 model",
                "model.diffusion_model.double_blocks.0.img_attn.norm.key_norm.scale | a FLUX model",
                "conditioner.embedders.0.model.text_projection | an SDXL refiner",
                "edm_mean | an EDM model, such as Playground 2.5",
                "edm_vpred.sigma_max | an EDM model, such as CosXL",
                "lora_unet_mid_block_attentions_0_proj_in.alpha | a LoRA adapter",
                "control_model.time_embed.0.weight | a ControlNet",
                "down_blocks.0.resnets.0.conv1.weight | a UNet in the diffusers layout",
                "decoder.conv_in.weight | an autoencoder",
                "something.else | 1 tensors, but not " + FIRST_LAYER
            })
    void namesFilesOfOtherKinds(String tensor, String expected) throws IOException {
        Path file = file(Map.of(tensor, new Shape(1)), Map.of());
        assertThatThrownBy(() -> Pipelines.open(file))
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith(
                        file + ": expected a checkpoint of Stable Diffusion 1.x, 2.x or XL, found " + expected);
    }

    @ParameterizedTest
    @CsvSource({"7, an upscaling model", "8, an InstructPix2Pix model", "5, a depth-to-image model", "6, another model"
    })
    void namesModelsWithOtherInputs(int channels, String expected) throws IOException {
        Path file = file(Map.of(FIRST_LAYER, new Shape(320, channels, 3, 3)), Map.of());
        assertThatThrownBy(() -> Pipelines.open(file))
                .hasMessageContaining(
                        "found " + expected + " (" + FIRST_LAYER + " has the shape (320, " + channels + ", 3, 3))");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cond_stage_model.transformer. | | | EPSILON | PNDM",
                "cond_stage_model.transformer. | v_pred | | V_PREDICTION | PNDM",
                "cond_stage_model.transformer. | | v | V_PREDICTION | PNDM",
                "cond_stage_model.model. | | v | V_PREDICTION | DDIM",
                "cond_stage_model.model. | | epsilon | EPSILON | DDIM",
                "conditioner.embedders.1.model. | | | EPSILON | EULER",
                "conditioner.embedders.1.model. | v_pred ztsnr | | V_PREDICTION | EULER"
            })
    void recognisesTheKindAndThePrediction(
            String text, String markers, String metadata, PredictionType prediction, SamplerKind sampler)
            throws IOException {
        Map<String, Shape> tensors = parts(text);
        boolean zeroSnr = markers != null && markers.contains("ztsnr");
        if (markers != null) {
            List.of(markers.split(" ")).forEach(marker -> tensors.put(marker, new Shape(1)));
        }
        Path file = file(tensors, metadata == null ? Map.of() : Map.of("modelspec.prediction_type", metadata));
        Pipeline pipeline = Pipelines.open(file);
        NoiseSchedule schedule = NoiseSchedule.of(pipeline.schedulerConfig(), pipeline.schedulerClass());
        assertThat(schedule.prediction()).isEqualTo(prediction);
        assertThat(schedule.sampler()).isEqualTo(sampler);
        assertThat(schedule.spacing())
                .isEqualTo(zeroSnr ? NoiseSchedule.Spacing.TRAILING : NoiseSchedule.Spacing.LEADING);
        assertThat(schedule.alphaBar()[999] == 0).isEqualTo(zeroSnr);
    }

    /** Without a config of its own, the UNet's published config gets the number of input channels. */
    @ParameterizedTest
    @ValueSource(strings = {"cond_stage_model.transformer.", "conditioner.embedders.1.model."})
    void recognisesAnInpaintingModel(String text) throws IOException {
        Map<String, Shape> tensors = parts(text);
        tensors.put(FIRST_LAYER, new Shape(320, 9, 3, 3));
        Pipeline pipeline = Pipelines.open(file(tensors, Map.of()));
        assertThat(UNetConfig.of(pipeline.config("unet")).inChannels()).isEqualTo(9);
    }

    @Test
    void asksForThePredictionTypeOfAnSd2Model() throws IOException {
        Path file = file(parts("cond_stage_model.model."), Map.of());
        Path config = folder.resolve("model/scheduler/scheduler_config.json");
        assertThatThrownBy(() -> Pipelines.open(file))
                .hasMessageContaining("expected it in " + config)
                .hasMessageContaining("Write {\"prediction_type\": \"v_prediction\"} to this file");

        Files.createDirectories(config.getParent());
        Files.writeString(config, "{\"prediction_type\": \"v_prediction\", \"rescale_betas_zero_snr\": true}");
        Pipeline pipeline = Pipelines.open(file);
        NoiseSchedule schedule = NoiseSchedule.of(pipeline.schedulerConfig(), pipeline.schedulerClass());
        assertThat(schedule.prediction()).isEqualTo(PredictionType.V_PREDICTION);
        assertThat(schedule.alphaBar()[0]).isCloseTo(1 - 0.00085, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(schedule.alphaBar()[999]).isZero();
        assertThat(pipeline.facts())
                .contains(new Pipeline.Fact("prediction", "v, zero terminal signal-to-noise ratio", config.toString()));
    }

    @Test
    void refusesAnUnknownPredictionType() throws IOException {
        Path file = file(parts("cond_stage_model.transformer."), Map.of("modelspec.prediction_type", "x0"));
        assertThatThrownBy(() -> Pipelines.open(file))
                .hasMessage(file + ": metadata modelspec.prediction_type: expected v or epsilon, found x0");
    }

    @Test
    void refusesAZeroTerminalSnrForAModelThatPredictsTheNoise() throws IOException {
        Map<String, Shape> tensors = parts("conditioner.embedders.1.model.");
        tensors.put("ztsnr", new Shape(1));
        Pipeline pipeline = Pipelines.open(file(tensors, Map.of()));
        assertThatThrownBy(() -> NoiseSchedule.of(pipeline.schedulerConfig(), pipeline.schedulerClass()))
                .hasMessageContaining("prediction_type: expected v_prediction, because rescale_betas_zero_snr is true");
    }

    @Test
    void namesAMissingPart() throws IOException {
        Map<String, Shape> tensors = parts("cond_stage_model.transformer.");
        tensors.remove("first_stage_model.encoder.conv_in.weight");
        Path file = file(tensors, Map.of());
        assertThatThrownBy(() -> Pipelines.open(file))
                .hasMessage(file + ": expected tensors first_stage_model.*, found none; a VAE folder can be added as "
                        + folder.resolve("model/vae"));
    }

    @Test
    void refusesFilesInOtherFormats() throws IOException {
        Path pickled = Files.writeString(folder.resolve("model.ckpt"), "PK");
        assertThatThrownBy(() -> Pipelines.open(pickled)).hasMessageContaining("Pickled weights can run code");
        Path gguf = Files.writeString(folder.resolve("model.gguf"), "GGUF");
        assertThatThrownBy(() -> Pipelines.open(gguf)).hasMessageEndingWith("or a .safetensors file, found model.gguf");
        Path truncated = Files.write(folder.resolve("model.safetensors"), new byte[] {1, 2});
        assertThatThrownBy(() -> Pipelines.open(truncated)).hasMessageContaining("found 2 bytes");
    }

    private static Map<String, Shape> parts(String text) {
        Map<String, Shape> tensors = new LinkedHashMap<>();
        tensors.put(FIRST_LAYER, new Shape(320, 4, 3, 3));
        tensors.put("first_stage_model.encoder.conv_in.weight", new Shape(1));
        tensors.put(text + "any", new Shape(1));
        if (text.startsWith("conditioner")) {
            tensors.put("conditioner.embedders.0.transformer.any", new Shape(1));
        }
        return tensors;
    }

    private Path file(Map<String, Shape> shapes, Map<String, String> metadata) throws IOException {
        Path file = folder.resolve("model.safetensors");
        try (NDManager scope = NDManager.newBaseManager()) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            shapes.forEach((name, shape) -> tensors.put(name, scope.zeros(shape)));
            Files.write(file, SafetensorsWriter.write(tensors, metadata));
        }
        return file;
    }

    private Path write(String family, Map<String, NDArray> more) throws IOException {
        Path from = GOLDEN.resolve(family);
        Path file = folder.resolve("model.safetensors");
        try (NDManager scope = NDManager.newBaseManager()) {
            LdmCheckpoint checkpoint = new LdmCheckpoint(from, scope).unet().vae();
            switch (family) {
                case "sd1", "inpainting" -> checkpoint.openAiClip("text_encoder", "cond_stage_model.transformer.");
                case "sd2" -> checkpoint.openClip("text_encoder", "cond_stage_model.model.", false);
                default ->
                    checkpoint
                            .openAiClip("text_encoder", "conditioner.embedders.0.transformer.")
                            .openClip("text_encoder_2", "conditioner.embedders.1.model.", true);
            }
            checkpoint.tensors.putAll(more);
            checkpoint.write(file, Map.of());
        }
        LdmCheckpoint.writeCompanion(from, folder.resolve("model"));
        return file;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static byte[] image(Path model) {
        return image(model, Precision.FLOAT32);
    }

    private static byte[] image(Path model, Precision precision) {
        GenerationParameters request =
                new GenerationParameters("a red star", "blue", 3, SamplerKind.DDIM, 2, 64, 64, 7);
        boolean[] all = new boolean[64 * 64];
        Arrays.fill(all, true);
        ImageToImage blank =
                new ImageToImage(new RgbImage(64, 64, new byte[3 * 64 * 64]), 1, new Mask(64, 64, all, false));
        try (StableDiffusion opened = StableDiffusion.open(model, Device.cpu(), precision);
                PreparedPrompt prompt = PreparedPrompt.of(opened, request, List.of(), null);
                Denoising denoising = Denoising.start(prompt, request, opened.inpainting() ? blank : null)) {
            while (!denoising.done()) {
                denoising.advance();
            }
            return denoising.image().rgb();
        }
    }
}
