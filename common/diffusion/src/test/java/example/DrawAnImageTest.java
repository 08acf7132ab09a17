// SPDX-License-Identifier: Apache-2.0
package example;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.Psnr;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.diffusion.weights.Safetensors;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in the documentation work. They are outside of the library's packages, so they use only the public API. */
class DrawAnImageTest {
    private static final Path MODEL = Path.of("../../deploy/demo-model");

    @TempDir
    private Path folder;

    @Test
    void drawsAControlledImage() throws IOException {
        Path golden = Path.of("src/test/resources/golden/sd1");
        File condition = folder.resolve("condition.png").toFile();
        ImageIO.write(new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB), "png", condition);
        File file = folder.resolve("controlled.png").toFile();
        DrawAControlledImage.main(new String[] {
            golden.toString(), golden.resolve("control/edges").toString(), condition.getPath(), "a star", file.getPath()
        });
        assertThat(ImageIO.read(file).getWidth()).isEqualTo(16);
    }

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
