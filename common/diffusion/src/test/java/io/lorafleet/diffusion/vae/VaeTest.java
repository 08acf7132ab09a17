// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.vae;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Config options that the format allows but no published model of these families uses. */
class VaeTest {
    @Test
    void latentsAreUnscaledThenShifted() {
        try (NDManager scope = NDManager.newBaseManager()) {
            VaeConfig config = config("'scaling_factor': 2, 'shift_factor': 0.25");
            Vae vae = new Vae(config, Weights.random("vae", DataType.FLOAT32, scope));
            NDArray latent = scope.randomNormal(new Shape(1, 4, 6, 5));
            assertThat(vae.decodeScaled(latent).toFloatArray())
                    .isEqualTo(vae.decode(latent.div(2).add(0.25)).toFloatArray());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"'sample_size': 64 | 64", "'sample_size': [96, 64] | 96", "'layers_per_block': 1 | 32"})
    void sampleSizeIsANumberOrAPairOrDiffusersDefault(String given, int expected) {
        assertThat(config(given).sampleSize()).isEqualTo(expected);
    }

    private static VaeConfig config(String more) {
        return VaeConfig.of(ModelConfig.parse("test", """
                {'block_out_channels': [8, 8], 'norm_num_groups': 4,
                 'down_block_types': ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
                 'up_block_types': ['UpDecoderBlock2D', 'UpDecoderBlock2D'], %s}""".formatted(more).replace('\'', '"')));
    }
}
