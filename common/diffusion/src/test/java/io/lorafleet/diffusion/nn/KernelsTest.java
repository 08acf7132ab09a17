// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests that the two implementations have equal results and gradients. */
class KernelsTest {
    private final NDManager scope = NDManager.newBaseManager();
    private final Kernels plain = new PlainKernels();
    private final Kernels script = new ScriptKernels();

    KernelsTest() throws IOException {}

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void useTorchScript() {
        assertThat(Kernels.get()).isInstanceOf(ScriptKernels.class);
    }

    @Test
    void computeEqualAttention() {
        NDArray k = random(2, 7, 12);
        NDArray v = random(2, 7, 12);
        assertAlike(random(2, 5, 12), q -> plain.attention(q, k, v, 3), q -> script.attention(q, k, v, 3));
    }

    @Test
    void computeEqualGroupNorms() {
        NDArray scale = random(8);
        NDArray shift = random(8);
        NDArray x = random(2, 8, 3, 5);
        assertAlike(
                x, y -> plain.groupNorm(y, scale, shift, 4, 1e-5f), y -> script.groupNorm(y, scale, shift, 4, 1e-5f));
        assertAlike(
                x,
                y -> plain.groupNormSilu(y, scale, shift, 4, 1e-5f),
                y -> script.groupNormSilu(y, scale, shift, 4, 1e-5f));
    }

    @Test
    void computeEqualGroupNormsForChannelsLast() {
        NDArray scale = random(8);
        NDArray shift = random(8);
        NDArray x = random(2, 3, 5, 8).transpose(0, 3, 1, 2);
        assertAlike(
                x, y -> plain.groupNorm(y, scale, shift, 4, 1e-5f), y -> script.groupNorm(y, scale, shift, 4, 1e-5f));
    }

    @Test
    void upsampleEqually() {
        assertAlike(random(2, 3, 4, 5), x -> plain.upsample(x, 7, 10), x -> script.upsample(x, 7, 10));
    }

    @Test
    void computeEqualGeglu() {
        assertAlike(random(2, 3, 8), plain::geglu, script::geglu);
    }

    @Test
    void addEqualLowRankUpdates() {
        // Each call gets a copy, because it adds in place.
        NDArray y = random(3, 5, 6); // its last row has no adapter
        NDArray a = random(2, 4, 3);
        NDArray b = random(2, 3, 6);
        assertAlike(
                random(3, 5, 4),
                x -> plain.addLowRank(y.duplicate(), x, a, b),
                x -> script.addLowRank(y.duplicate(), x, a, b));
    }

    @Test
    void addEqualPointwiseLowRankUpdates() {
        NDArray y = random(3, 6, 5, 7);
        // The channels-last memory format of a packed layer's output.
        NDArray turned = random(3, 5, 7, 6).transpose(0, 3, 1, 2);
        NDArray a = random(2, 4, 3);
        NDArray b = random(2, 3, 6);
        for (NDArray sum : new NDArray[] {y, turned}) {
            assertAlike(
                    random(3, 4, 5, 7),
                    x -> plain.addLowRankPointwise(copy(sum), x, a, b),
                    x -> script.addLowRankPointwise(copy(sum), x, a, b));
        }
    }

    /** With the same memory format. */
    private static NDArray copy(NDArray array) {
        return array.transpose(0, 2, 3, 1).duplicate().transpose(0, 3, 1, 2);
    }

    @Test
    void leakNoArrays() {
        NDArray x = random(2, 8, 3, 5);
        NDArray scale = random(8);
        for (Kernels kernels : new Kernels[] {plain, script}) {
            kernels.groupNormSilu(x, scale, scale, 4, 1e-5f).close(); // after this, the kernels have their constants
            int before = live();
            try (NDManager step = Scopes.open(x)) {
                kernels.groupNormSilu(x, scale, scale, 4, 1e-5f);
                assertThat(step.getManagedArrays()).isNotEmpty();
            }
            assertThat(live()).isEqualTo(before);
        }
    }

    private int live() {
        return scope.getParentManager().getManagedArrays().size();
    }

    private NDArray random(long... shape) {
        return scope.randomNormal(new Shape(shape));
    }

    private void assertAlike(NDArray x, Function<NDArray, NDArray> one, Function<NDArray, NDArray> other) {
        assertThat(other.apply(x).allClose(one.apply(x), 1e-5, 1e-5, false)).isTrue();
        assertThat(gradient(x, other).allClose(gradient(x, one), 1e-4, 1e-5, false))
                .isTrue();
    }

    private NDArray gradient(NDArray x, Function<NDArray, NDArray> function) {
        NDArray input = x.duplicate();
        input.setRequiresGradient(true);
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            collector.backward(function.apply(input).square().sum());
        }
        return input.getGradient();
    }
}
