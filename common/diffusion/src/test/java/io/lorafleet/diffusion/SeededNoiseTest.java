// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.weights.Safetensors;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeededNoiseTest {
    @ParameterizedTest
    @ValueSource(longs = {1234, 1235, 1236, 1237})
    void equalsTorch(long seed) {
        try (NDManager scope = NDManager.newBaseManager()) {
            float[] torch = Safetensors.open(DemoModel.FOLDER.resolve("expected_images.safetensors"))
                    .read("seed" + seed + ".noise", scope)
                    .toFloatArray();
            assertThat(new SeededNoise(seed).next(torch.length)).containsExactly(torch, within(1e-6f));
        }
    }

    @Test
    void regeneratesTheLastBlockForACountThatIsNotAMultipleOfTheBlock() {
        float[] even = new SeededNoise(7).next(32);
        float[] odd = new SeededNoise(7).next(33);
        assertThat(Arrays.copyOf(odd, 17)).containsExactly(Arrays.copyOf(even, 17));
        assertThat(Arrays.copyOfRange(odd, 17, 33)).isNotEqualTo(Arrays.copyOfRange(even, 16, 32));
    }

    @Test
    void rejectsFewerValuesThanOneBlock() {
        assertThatThrownBy(() -> new SeededNoise(7).next(15)).hasMessageContaining("at least 16, found 15");
    }
}
