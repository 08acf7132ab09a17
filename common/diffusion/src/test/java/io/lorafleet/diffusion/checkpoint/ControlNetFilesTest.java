// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.unet.ControlNet;
import io.lorafleet.diffusion.unet.ControlNetConfig;
import io.lorafleet.diffusion.weights.Checksums;
import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ControlNets in single files with the names of the original implementation. */
class ControlNetFilesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final Path EDGES = GOLDEN.resolve("sd1/control/edges");
    /** The layer whose shape tells the kinds apart. */
    private static final String TEXT_LAYER = "control_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight";

    private static final String SD1_CONFIG = """
            {"block_out_channels": [320, 640, 1280, 1280], "cross_attention_dim": 768,
             "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"]}""";

    private final NDManager scope = Engine.getEngine("PyTorch").newBaseManager(Device.cpu());

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        scope.close();
    }

    /** diffusers' conversion wrote the list of names; see docs/parity/control_nets.py. */
    @Test
    void namesTheLayersOfThePublishedControlNetAsDiffusersDoes() throws IOException {
        Map<String, String> names = new ObjectMapper()
                .readValue(
                        GOLDEN.resolve("controlnet-names.json").toFile(), new TypeReference<Map<String, String>>() {});
        TensorNames found = ControlNetNames.of(ControlNetConfig.of(ModelConfig.parse("config.json", SD1_CONFIG)));
        assertThat(names)
                .hasSize(191)
                .allSatisfy((original, name) -> assertThat(
                                found.rename(original.substring(ControlNetNames.PREFIX.length()) + ".weight"))
                        .contains(name + ".weight"));
    }

    @Test
    void readsASingleFileLikeTheFolder() throws IOException {
        try (StableDiffusion model = StableDiffusion.open(GOLDEN.resolve("sd1"), Device.cpu(), Precision.FLOAT32)) {
            for (String prefix : List.of(ControlNetNames.PREFIX, "")) {
                Path file = write("edges" + prefix + ".safetensors", original(prefix));
                companion("edges" + prefix);
                try (ControlNet fromFolder = model.openControlNet(EDGES, Precision.FLOAT32);
                        ControlNet fromFile = model.openControlNet(file, Precision.FLOAT32)) {
                    assertThat(fromFile.config()).isEqualTo(fromFolder.config());
                    NDArray image = scope.arange(3 * 16 * 16).div(3 * 16 * 16).reshape(1, 3, 16, 16);
                    assertThat(fromFile.embed(image).toFloatArray())
                            .isEqualTo(fromFolder.embed(image).toFloatArray());
                }
            }
        }
    }

    @Test
    void takesTheConfigOfThePublishedControlNetsByTheWidthOfTheText() throws IOException {
        assertThat(published(768).encoder().heads()).containsOnly(8);
        assertThat(published(768).encoder().contextWidth()).isEqualTo(768);
        assertThat(published(1024).encoder().heads()).containsExactly(5, 10, 20, 20);
        assertThat(published(1024).encoder().linearProjection()).isTrue();
        assertThatThrownBy(() -> published(2048))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("tensor " + TEXT_LAYER + ": expected the shape (320, 768) or (320, 1024)");
    }

    @Test
    void refusesOtherFiles() throws IOException {
        assertRefused(
                write(
                        "diffusers.safetensors",
                        Map.of("controlnet_cond_embedding.conv_in.weight", scope.ones(new Shape(1)))),
                "A ControlNet with the names of diffusers is opened as a folder, with its config.json");
        assertRefused(
                write("lora.safetensors", Map.of("lora_unet.alpha", scope.ones(new Shape(1)))),
                "expected the tensor control_model.input_hint_block.0.weight, found no such tensor");
        assertRefused(folder.resolve("net.pth"), "expected a folder in the diffusers layout or a .safetensors file");
    }

    @Test
    void refusesAFileWithAnotherChecksum() throws IOException {
        Path file = write("edges.safetensors", original(ControlNetNames.PREFIX));
        companion("edges");
        Files.writeString(folder.resolve(Checksums.FILE), "0".repeat(64) + "  edges.safetensors\n");
        assertRefused(file, "edges.safetensors: expected SHA-256 " + "0".repeat(64));
    }

    private static void assertRefused(Path file, String message) {
        assertThatThrownBy(() -> ControlNetFiles.open(file))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(message);
    }

    private ControlNetConfig published(int textWidth) throws IOException {
        Map<String, NDArray> tensors = Map.of(
                "control_model.input_hint_block.0.weight",
                scope.ones(new Shape(1)),
                TEXT_LAYER,
                scope.ones(new Shape(320, textWidth)));
        return ControlNetFiles.open(write(textWidth + ".safetensors", tensors)).config();
    }

    private Path write(String name, Map<String, NDArray> tensors) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, SafetensorsWriter.write(tensors, Map.of()));
        return file;
    }

    private void companion(String name) throws IOException {
        Path to = Files.createDirectories(folder.resolve(name)).resolve("config.json");
        Files.copy(EDGES.resolve("config.json"), to);
    }

    /** @return the folder's tensors, with names that are computed in the other direction than the ones under test */
    private Map<String, NDArray> original(String prefix) {
        ControlNetConfig config = ControlNetConfig.of(ModelConfig.open(EDGES.resolve("config.json")));
        Safetensors file = Safetensors.open(EDGES.resolve("diffusion_pytorch_model.safetensors"));
        Map<String, NDArray> tensors = new TreeMap<>();
        for (String name : file.names()) {
            String original = name.startsWith("controlnet_")
                    ? name.replaceFirst("controlnet_down_blocks\\.(\\d+)", "zero_convs.$1.0")
                            .replace("controlnet_mid_block", "middle_block_out.0")
                            .replace("controlnet_cond_embedding.conv_in", "input_hint_block.0")
                            .replace("controlnet_cond_embedding.blocks.0", "input_hint_block.2")
                            .replace("controlnet_cond_embedding.blocks.1", "input_hint_block.4")
                            .replace("controlnet_cond_embedding.conv_out", "input_hint_block.6")
                    : LdmCheckpoint.unet(name, config.encoder());
            tensors.put(prefix + original, file.read(name, DataType.FLOAT32, scope));
        }
        return tensors;
    }
}
