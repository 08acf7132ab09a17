// SPDX-License-Identifier: Apache-2.0
package example;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.Psnr;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.diffusion.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in the documentation works. It is outside of the library's packages, so it uses only the public API. */
class DrawAnImageTest {
    private static final Path MODEL = Path.of("../../deploy/demo-model");

    @TempDir
    private Path folder;

    @Test
    void drawsTheImageOfDiffusers() throws IOException {
        Path file = folder.resolve("star.png");
        DrawAnImage.main(new String[] {MODEL.toString(), "a large red star on a white background", file.toString()});
        RgbImage drawn = RgbImage.of(ImageIO.read(file.toFile()));
        try (NDManager scope = NDManager.newBaseManager()) {
            RgbImage expected = RgbImage.of(Safetensors.open(MODEL.resolve("expected_images.safetensors"))
                    .read("seed1234.image", scope));
            assertThat(Psnr.of(drawn, expected)).isGreaterThan(50);
        }
    }
}
