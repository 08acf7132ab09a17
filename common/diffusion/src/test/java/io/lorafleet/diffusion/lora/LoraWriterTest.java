// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.LoraAdapter.Factor;
import io.lorafleet.diffusion.lora.LoraAdapter.LowRank;
import io.lorafleet.diffusion.lora.LoraAdapter.Update;
import io.lorafleet.diffusion.weights.Safetensors;
import java.nio.FloatBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoraWriterTest {
    private static final String LINEAR = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q";
    private static final String OTHER = "mid_block.attentions.0.transformer_blocks.0.attn1.to_k";
    private static final String CONVOLUTION = "mid_block.resnets.0.conv1";
    private static final Map<String, Shape> BASE = Map.of(
            LINEAR + ".weight", new Shape(3, 5),
            OTHER + ".weight", new Shape(3, 5),
            CONVOLUTION + ".weight", new Shape(4, 2, 3, 3));

    @Test
    void writesAFileThatLoraFileReads() {
        LoraAdapter adapter = new LoraAdapter(Map.of(
                LINEAR, Update.lowRank(0.5, factor(2, 5), factor(3, 2)),
                OTHER, Update.lowRank(0.5, factor(2, 5), factor(3, 2)),
                CONVOLUTION, Update.lowRank(3, factor(1, 2, 3, 3), factor(4, 1))));

        byte[] file = LoraWriter.write(adapter, Map.of("lorafleet.guidance", "5.0"));

        Safetensors written = Safetensors.of("file", file);
        assertThat(written.metadata()).containsEntry("lorafleet.guidance", "5.0");
        assertThat(written.shape("unet." + CONVOLUTION + ".lora_B.weight")).isEqualTo(new Shape(4, 1, 1, 1));
        LoraAdapter read = LoraFile.read(written, BASE);
        assertThat(read.updates().keySet()).isEqualTo(adapter.updates().keySet());
        read.updates().forEach((layer, update) -> {
            Update expected = adapter.updates().get(layer);
            LowRank factors = update.requireLowRank(layer);
            LowRank expectedFactors = expected.requireLowRank(layer);
            assertThat(factors.rank()).isEqualTo(expectedFactors.rank());
            assertThat(update.scale()).isEqualTo(expected.scale());
            assertThat(factors.a().values()).isEqualTo(expectedFactors.a().values());
            assertThat(factors.b().values()).isEqualTo(expectedFactors.b().values());
        });
        assertThat(LoraWriter.write(adapter, Map.of("lorafleet.guidance", "5.0")))
                .isEqualTo(file);
    }

    private static Factor factor(long... shape) {
        float[] values = new float[(int) new Shape(shape).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.1f * i - 1;
        }
        return new Factor(new Shape(shape), FloatBuffer.wrap(values));
    }
}
