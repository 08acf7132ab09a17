// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.unet.Conditioning;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ownership of arrays, which {@code ParityTest} does not check. */
class RowAdaptersTest {
    private static final Path SD1 = Path.of("src/test/resources/golden/sd1");

    @Test
    void leaksNoArraysAndKeepsTheBaseUnchanged() {
        try (StableDiffusion model = StableDiffusion.open(SD1, Device.cpu(), Precision.FLOAT32);
                NDManager scope = model.owner().newSubManager()) {
            DeviceAdapter small = open(model, "attn_r4", scope);
            DeviceAdapter large = open(model, "all_r8_a16", scope);
            DeviceAdapter conv = open(model, "conv_r3_a1", scope);
            List<List<RowAdapters.Applied>> rows = List.of(
                    List.of(new RowAdapters.Applied(small, 1)),
                    List.of(),
                    List.of(new RowAdapters.Applied(large, 0.5), new RowAdapters.Applied(conv, 2)),
                    List.of());
            List<List<RowAdapters.Applied>> products = List.of(
                    List.of(applied(model, "loha", scope), new RowAdapters.Applied(small, 1)),
                    List.of(applied(model, "peft_dora", scope)),
                    List.of(applied(model, "lokr_dora", scope)),
                    List.of());
            forward(model, rows, scope); // after this, the kernels have their constants
            forward(model, products, scope);
            int before = model.liveArrays();
            forward(model, rows, scope);
            forward(model, products, scope);
            assertThat(model.liveArrays()).isEqualTo(before);
        }
    }

    private static void forward(StableDiffusion model, List<List<RowAdapters.Applied>> rows, NDManager scope) {
        try (NDManager step = scope.newSubManager();
                RowAdapters adapters = RowAdapters.stack(rows, DataType.FLOAT32, step)) {
            NDArray latent = step.ones(new Shape(4, 4, 8, 8));
            double[] timesteps = {1, 2, 3, 4};
            Conditioning context = Conditioning.of(step.ones(new Shape(4, 32, 32)));
            assertThat(model.unet()
                            .forward(latent, timesteps, model.unet().prepare(context, adapters), adapters)
                            .getManager())
                    .isSameAs(step);
        }
    }

    private static RowAdapters.Applied applied(StableDiffusion model, String file, NDManager scope) {
        return new RowAdapters.Applied(open(model, file + ".safetensors", scope), 0.5);
    }

    private static DeviceAdapter open(StableDiffusion model, String name, NDManager scope) {
        LoraAdapter read = LoraFile.open(SD1.resolve("lora").resolve(name), model.weights());
        return DeviceAdapter.of(read, model.weights(), DataType.FLOAT32, scope);
    }
}
