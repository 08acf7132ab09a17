// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UNetLayersTest {
    private static final String SDXL = "src/test/resources/sdxl-layers.txt";

    /** The expected names come from diffusers: see docs/parity/layer_names.py. */
    @Test
    void mapsEveryNameOfSdScriptsAsDiffusersDoes() throws IOException {
        Map<String, String> expected = new LinkedHashMap<>();
        try (Stream<String> lines = Files.lines(Path.of(SDXL))) {
            lines.map(line -> line.split(" ", 2)).forEach(names -> expected.put(names[0], names[1]));
        }
        UNetLayers layers = UNetLayers.of(expected.values());
        assertThat(expected).hasSize(263).allSatisfy((name, layer) -> {
            assertThat(layers.find(NamingScheme.KOHYA, name)).contains(layer);
            assertThat(layers.find(NamingScheme.KOHYA, layer.replace('.', '_'))).contains(layer);
            assertThat(layers.find(NamingScheme.DIFFUSERS, layer)).contains(layer);
            assertThat(UNetLayers.areNamed(NamingScheme.KOHYA, name)).isTrue();
            assertThat(UNetLayers.areNamed(NamingScheme.KOHYA, layer.replace('.', '_')))
                    .isTrue();
            assertThat(UNetLayers.areNamed(NamingScheme.DIFFUSERS, layer)).isTrue();
        });
    }

    /** The coarsest block of Stable Diffusion 1.5 has no attention, so its upsampler is the second part of its block. */
    @Test
    void findsTheUpsamplerOfABlockWithoutAttention() {
        UNetLayers layers = UNetLayers.of(List.of(
                "down_blocks.0.resnets.0.conv1",
                "down_blocks.0.resnets.1.conv1",
                "up_blocks.0.upsamplers.0.conv",
                "up_blocks.1.attentions.0.proj_in",
                "up_blocks.1.upsamplers.0.conv"));
        assertThat(layers.find(NamingScheme.KOHYA, "output_blocks_2_1_conv")).contains("up_blocks.0.upsamplers.0.conv");
        assertThat(layers.find(NamingScheme.KOHYA, "output_blocks_5_2_conv")).contains("up_blocks.1.upsamplers.0.conv");
    }

    @Test
    void findsNoLayerThatTheBaseDoesNotHave() {
        UNetLayers layers = UNetLayers.of(List.of("conv_in"));
        assertThat(layers.find(NamingScheme.KOHYA, "conv_out")).isEmpty();
        assertThat(layers.find(NamingScheme.DIFFUSERS, "conv_out")).isEmpty();
        assertThat(UNetLayers.areNamed(NamingScheme.DIFFUSERS, "conv.in")).isFalse();
        assertThat(UNetLayers.areNamed(NamingScheme.KOHYA, "double_blocks_0_img_attn_proj"))
                .isFalse();
    }
}
