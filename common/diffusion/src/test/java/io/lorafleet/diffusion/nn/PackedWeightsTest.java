// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import io.lorafleet.diffusion.weights.Weights;
import io.lorafleet.diffusion.weights.Weights.Use;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that layers with packed weights equal layers with plain weights. */
class PackedWeightsTest {
    private final NDManager scope = NDManager.newBaseManager();

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void arePackedForInferenceOnly() {
        assertThat(PackedWeights.support(weights(4, 4).withUse(Use.INFERENCE))).isTrue();
        assertThat(PackedWeights.support(weights(4, 4))).isFalse();
    }

    @Test
    void multiplyLikePlainWeights() {
        NDArray x = random(2, 5, 12);
        assertAlike(x, weights(7, 12), each -> Linear.of(each, 12, 7)::forward);
        assertAlike(x, weights(7, 12), each -> Linear.withoutBias(each, 12, 7)::forward);
    }

    /** With 192 channels, small images have a different weight layout. The test uses both layouts. */
    @ParameterizedTest
    @CsvSource({"3, 1", "3, 2", "1, 1"})
    void convolveLikePlainWeightsAtEverySize(int kernel, int stride) {
        Weights weights = weights(192, 16, kernel, kernel);
        Conv2d plain = Conv2d.of(weights, 16, 192, kernel, stride, kernel / 2);
        Conv2d packed = Conv2d.of(weights.withUse(Use.INFERENCE), 16, 192, kernel, stride, kernel / 2);
        for (int side : new int[] {4, 32, 5, 4}) {
            NDArray x = random(2, 16, side, side + 1);
            assertThat(packed.forward(x).allClose(plain.forward(x), 1e-4, 1e-4, false))
                    .isTrue();
        }
    }

    @Test
    void roundToBfloat16() {
        assumeTrue(PackedWeights.supportBfloat16(), "requires a processor with bfloat16");
        NDArray x = random(3, 256);
        Weights weights = weights(8, 256);
        NDArray exact = Linear.of(weights, 256, 8).forward(x);
        NDArray rounded =
                Linear.of(weights.withUse(Use.ROUNDED_INFERENCE), 256, 8).forward(x);
        assertThat(rounded.getDataType()).isEqualTo(DataType.FLOAT32);
        float error = rounded.sub(exact).norm().getFloat() / exact.norm().getFloat();
        assertThat(error).isBetween(1e-4f, 1e-2f);
    }

    private void assertAlike(NDArray x, Weights weights, Function<Weights, UnaryOperator<NDArray>> layer) {
        NDArray plain = layer.apply(weights).apply(x);
        NDArray packed = layer.apply(weights.withUse(Use.INFERENCE)).apply(x);
        assertThat(packed.allClose(plain, 1e-5, 1e-5, false)).isTrue();
    }

    private Weights weights(long... shape) {
        byte[] file = SafetensorsWriter.write(
                Map.of("layer.weight", random(shape), "layer.bias", random(shape[0])), Map.of());
        return new Weights("test", List.of(Safetensors.of("layer", file)), DataType.FLOAT32, scope).in("layer");
    }

    private NDArray random(long... shape) {
        return scope.randomNormal(new Shape(shape));
    }
}
