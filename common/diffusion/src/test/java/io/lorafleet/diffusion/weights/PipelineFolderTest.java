// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.sampler.SamplerKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Errors in copies of a model folder. */
class PipelineFolderTest {
    private static final Path GOOD = Path.of("src/test/resources/golden/sd1");

    @TempDir
    private Path folder;

    @BeforeEach
    void copy() throws IOException {
        try (Stream<Path> files = Files.walk(GOOD)) {
            for (Path file : files.filter(f -> !f.toString().contains("lora")).toList()) {
                Path to = folder.resolve(GOOD.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
    }

    @Test
    void namesAMissingFolder() {
        assertRefused(
                folder.resolve("nowhere"),
                "expected a model folder in the diffusers layout or a .safetensors file, found nothing");
    }

    @Test
    void namesAFolderThatIsNotAPipeline() {
        assertRefused(folder.resolve("unet"), "found no model_index.json in it");
    }

    @Test
    void namesAMissingPart() throws IOException {
        Files.move(folder.resolve("vae"), folder.resolve("vae_away"));
        assertRefused(folder, "expected a folder with the pipeline's vae");
    }

    @Test
    void neverLoadsPickledWeights() throws IOException {
        Path unet = folder.resolve("unet");
        Files.move(unet.resolve("diffusion_pytorch_model.safetensors"), unet.resolve("diffusion_pytorch_model.bin"));
        assertRefused(folder, "Pickled weights can run code and are never loaded");
    }

    @Test
    void namesAnUnsupportedFieldOfAConfig() throws IOException {
        edit("unet/config.json", "\"act_fn\": \"silu\"", "\"act_fn\": \"mish\"");
        assertRefused(folder, "act_fn: expected one of [silu, swish], found \"mish\"");
    }

    @Test
    void namesATensorOfAnotherShape() throws IOException {
        edit("text_encoder/config.json", "\"intermediate_size\": 128", "\"intermediate_size\": 64");
        assertRefused(folder, "layers.0.mlp.fc1.bias: expected (64), found (128)");
    }

    @Test
    void namesPartsThatDoNotFitTogether() throws IOException {
        edit("unet/config.json", "\"cross_attention_dim\": 32", "\"cross_attention_dim\": 48");
        assertRefused(folder, "cross_attention_dim: expected 32, the width of the text encoders, found 48");
        edit("unet/config.json", "\"in_channels\": 4", "\"in_channels\": 8");
        assertRefused(
                folder,
                "in_channels and out_channels: expected 4 and 4, the VAE's latent_channels, or 9 and 4 for an inpainting"
                        + " model, found 8 and 4");
    }

    @Test
    void refusesATensorThatTheUNetDoesNotUse() throws IOException {
        Path unet = folder.resolve("unet/diffusion_pytorch_model.safetensors");
        Safetensors all = Safetensors.open(unet);
        Map<String, NDArray> more = new java.util.TreeMap<>();
        try (NDManager scope = NDManager.newBaseManager()) {
            all.names().forEach(name -> more.put(name, all.read(name, scope)));
            more.put("class_embedding.weight", scope.zeros(new Shape(2, 2)));
            Files.write(unet, SafetensorsWriter.write(more, Map.of()));
        }
        assertRefused(folder, "found 1 other tensors, such as class_embedding.weight");
    }

    @Test
    void namesAFieldThatItDoesNotKnow() throws IOException {
        edit("model_index.json", "{", "{\"controlnet\": [\"diffusers\", \"ControlNetModel\"],");
        assertRefused(folder, "model_index.json: controlnet: expected no field with this name");
    }

    @Test
    void takesTheSchedulersClassFromTheIndex() throws IOException {
        edit("model_index.json", "\"DDIMScheduler\"", "\"KDPM2DiscreteScheduler\"");
        assertRefused(folder, "_class_name: expected one of [DDIMScheduler, ");
        edit("model_index.json", "\"KDPM2DiscreteScheduler\"", "\"EulerDiscreteScheduler\"");
        try (StableDiffusion model = StableDiffusion.open(folder, Device.cpu(), Precision.FLOAT32)) {
            assertThat(model.schedule().sampler()).isEqualTo(SamplerKind.EULER);
        }
    }

    @Test
    void zerosAnEmptyPromptOfSdxlUnlessTheFolderSaysOtherwise() throws IOException {
        assertThat(PipelineFolder.open(folder).zerosForEmptyPrompt()).isFalse();
        edit("model_index.json", "\"StableDiffusionPipeline\"", "\"StableDiffusionXLPipeline\"");
        assertThat(PipelineFolder.open(folder).zerosForEmptyPrompt()).isTrue();
        edit("model_index.json", "{", "{\"force_zeros_for_empty_prompt\": false,");
        assertThat(PipelineFolder.open(folder).zerosForEmptyPrompt()).isFalse();
    }

    @Test
    void namesAMissingTensor() throws IOException {
        edit("unet/config.json", "\"layers_per_block\": 1", "\"layers_per_block\": 2");
        assertRefused(folder, "down_blocks.0.resnets.1.norm1.weight: expected (32), found no such tensor");
    }

    @Test
    void namesATruncatedFile() throws IOException {
        Path vae = folder.resolve("vae/diffusion_pytorch_model.safetensors");
        byte[] whole = Files.readAllBytes(vae);
        Files.write(vae, java.util.Arrays.copyOf(whole, whole.length / 2));
        assertRefused(folder, "(truncated?)");
    }

    @Test
    void namesAFileWithAnotherChecksum() throws IOException {
        Path unet = folder.resolve("unet/diffusion_pytorch_model.safetensors");
        Files.writeString(
                folder.resolve("SHA256SUMS"),
                Checksums.sha256(List.of(unet)) + "  unet/diffusion_pytorch_model.safetensors\n");
        StableDiffusion.open(folder, Device.cpu(), Precision.FLOAT32).close();
        byte[] flipped = Files.readAllBytes(unet);
        flipped[flipped.length / 2] ^= 1;
        Files.write(unet, flipped);
        assertRefused(folder, "unet/diffusion_pytorch_model.safetensors: expected SHA-256 ");
        Files.delete(unet);
        assertRefused(folder, "found no such file");
        Files.writeString(folder.resolve("SHA256SUMS"), "nonsense\n");
        assertRefused(folder, "SHA256SUMS: expected lines with a SHA-256 and a file name");
    }

    @Test
    void readsWeightsInShards() throws IOException {
        Path unet = folder.resolve("unet");
        Path single = unet.resolve("diffusion_pytorch_model.safetensors");
        Safetensors all = Safetensors.open(single);
        Map<String, NDArray> first = new java.util.TreeMap<>();
        Map<String, NDArray> second = new java.util.TreeMap<>();
        StringBuilder index = new StringBuilder();
        try (NDManager scope = NDManager.newBaseManager()) {
            for (String name : all.names()) {
                boolean one = name.startsWith("down");
                (one ? first : second).put(name, all.read(name, scope));
                index.append(index.isEmpty() ? "" : ",")
                        .append("\"%s\":\"%s.safetensors\"".formatted(name, one ? "one" : "two"));
            }
            Files.write(unet.resolve("one.safetensors"), SafetensorsWriter.write(first, Map.of()));
            Files.write(unet.resolve("two.safetensors"), SafetensorsWriter.write(second, Map.of()));
        }
        Files.delete(single);
        Path indexFile = unet.resolve("diffusion_pytorch_model.safetensors.index.json");
        Files.writeString(indexFile, "{\"weight_map\":{" + index + "}}");
        try (StableDiffusion model = StableDiffusion.open(folder, Device.cpu(), Precision.FLOAT32)) {
            assertThat(model.unet().weightShapes()).hasSameSizeAs(all.names());
        }
        Files.writeString(indexFile, "{\"weight_map\":{\"conv_in.weight\":\"../../outside.safetensors\"}}");
        assertRefused(folder, "expected a file in this folder, found '../../outside.safetensors'");
    }

    private void edit(String file, String from, String to) throws IOException {
        String text = Files.readString(folder.resolve(file));
        assertThat(text).contains(from);
        Files.writeString(folder.resolve(file), text.replace(from, to));
    }

    private static void assertRefused(Path folder, String message) {
        assertThatThrownBy(() -> StableDiffusion.open(folder, Device.cpu(), Precision.FLOAT32))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(message);
    }
}
