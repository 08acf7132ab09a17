// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.nn.Kernels;
import io.lorafleet.diffusion.weights.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TilesTest {
    private static final Path MODEL = Path.of("../../deploy/demo-model");
    private static final Safetensors DIFFUSERS =
            Safetensors.open(Path.of("src/test/resources/golden/demo/images.safetensors"));

    private static StableDiffusion model;

    @BeforeAll
    static void open() {
        model = StableDiffusion.open(MODEL, Device.cpu(), Precision.FLOAT32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @ParameterizedTest
    @CsvSource({"72x104, 8", "72x104, 16", "76x44, 8", "76x44, 16"})
    void equalThoseOfDiffusers(String image, int size) {
        try (NDManager scope = model.owner().newSubManager()) {
            NDArray latent = DIFFUSERS.read(image + ".latent", scope);
            NDArray expected = DIFFUSERS.read(image + ".tiles_" + size, scope);
            NDArray tiled = new Tiles(size, 4).decode(latent, model.vae()::decodeScaled);
            assertThat(tiled.sub(expected).abs().max().getFloat()).isLessThan(1e-4f);
        }
    }

    @Test
    void haveTheSizeOfTheConfig() {
        try (NDManager scope = model.owner().newSubManager()) {
            NDArray latent = DIFFUSERS.read("72x104.latent", scope);
            NDArray expected = DIFFUSERS.read("72x104.tiles_16", scope);
            NDArray tiled = model.vae().tilingAbove(0).decodeScaled(latent);
            assertThat(tiled.sub(expected).abs().max().getFloat()).isLessThan(1e-4f);
        }
    }

    @Test
    void areUsedForLargeImagesOnly() {
        try (NDManager scope = model.owner().newSubManager()) {
            NDArray latent = DIFFUSERS.read("72x104.latent", scope);
            float[] whole = model.vae().decode(latent).toFloatArray();
            assertThat(model.vae().tilingAbove(72 * 104).decode(latent).toFloatArray())
                    .isEqualTo(whole);
            assertThat(model.vae().tilingAbove(72 * 104 - 1).decode(latent).toFloatArray())
                    .isNotEqualTo(whole);
        }
    }

    @Test
    void leaveAnImageOfOneTileUnchanged() {
        try (NDManager scope = model.owner().newSubManager()) {
            NDArray latent = scope.randomNormal(new Shape(1, 4, 16, 16));
            assertThat(model.vae().tilingAbove(0).decode(latent).toFloatArray())
                    .isEqualTo(model.vae().decode(latent).toFloatArray());
        }
    }

    /** With a pointwise decoder, tiles equal the image that is decoded whole. */
    @ParameterizedTest
    @CsvSource({"8, 8", "9, 8", "12, 20", "14, 31", "3, 50", "61, 1"})
    void coverTheImageAtEverySize(int height, int width) {
        try (NDManager scope = model.owner().newSubManager()) {
            NDArray latent = scope.randomNormal(new Shape(2, 3, height, width));
            UnaryOperator<NDArray> twice = x -> Kernels.get()
                    .upsample(x, 2 * x.getShape().get(2), 2 * x.getShape().get(3));
            NDArray whole = twice.apply(latent);
            NDArray tiled = new Tiles(8, 2).decode(latent, twice);
            assertThat(tiled.getShape()).isEqualTo(whole.getShape());
            assertThat(tiled.sub(whole).abs().max().getFloat()).isCloseTo(0, within(1e-6f));
        }
    }

    @ParameterizedTest
    @CsvSource({"72x104", "76x44"})
    void changeTheImageSlightly(String image) {
        try (NDManager scope = model.owner().newSubManager()) {
            NDArray latent = DIFFUSERS.read(image + ".latent", scope);
            NDArray whole = model.vae().decodeScaled(latent).clip(-1, 1);
            NDArray tiled = model.vae().tilingAbove(0).decodeScaled(latent).clip(-1, 1);
            double meanSquare = whole.sub(tiled).square().mean().getFloat();
            assertThat(10 * Math.log10(4 / meanSquare)).isGreaterThan(35); // in dB, for values in [-1, 1]
        }
    }

    /** The decoder receives one tile at a time, and the arrays of the previous tile are freed. */
    @Test
    void useTheMemoryOfOneTile() {
        try (NDManager scope = model.owner().newSubManager()) {
            NDArray latent = scope.randomNormal(new Shape(1, 4, 64, 64));
            List<Integer> alive = new ArrayList<>();
            List<Shape> seen = new ArrayList<>();
            new Tiles(16, 4).decode(latent, tile -> {
                seen.add(tile.getShape());
                alive.add(model.liveArrays());
                return model.vae().decodeScaled(tile);
            });
            assertThat(seen)
                    .hasSize(36)
                    .allSatisfy(shape -> assertThat(shape.size()).isLessThanOrEqualTo(4 * 16 * 16));
            // Remaining arrays: three parts of each tile of this row, one of each tile of the row above, and the rows.
            assertThat(Collections.max(alive) - alive.get(0)).isLessThan(3 * 6 + 6 + 6 + 6);
        }
    }
}
