// SPDX-License-Identifier: Apache-2.0
package example;

import ai.djl.Device;
import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.GenerationParameters;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.sampler.SamplerKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/** Generates an image without a fleet: {@code DrawAnImage MODEL PROMPT FILE.png}. */
public final class DrawAnImage {
    private DrawAnImage() {}

    public static void main(String[] args) throws IOException {
        try (StableDiffusion model = StableDiffusion.open(Path.of(args[0]), Device.cpu(), Precision.FLOAT32)) {
            int size = model.defaultSize();
            var request = new GenerationParameters(args[1], "", 5, SamplerKind.DDIM, 25, size, size, 1234);
            try (PreparedPrompt prompt = PreparedPrompt.of(model, request, List.of(), null);
                    Denoising image = Denoising.start(prompt, request, null)) {
                while (!image.done()) {
                    image.advance();
                }
                ImageIO.write(
                        image.image().toBufferedImage(), "png", Path.of(args[2]).toFile());
            }
        }
    }
}
