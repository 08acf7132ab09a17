// SPDX-License-Identifier: Apache-2.0
package example;

import ai.djl.Device;
import io.lorafleet.diffusion.Control;
import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.GenerationParameters;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.unet.ControlNet;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/** Generates an image with a ControlNet: {@code DrawAControlledImage MODEL CONTROLNET CONDITION.png PROMPT FILE.png}. */
public final class DrawAControlledImage {
    private DrawAControlledImage() {}

    public static void main(String[] args) throws IOException {
        try (StableDiffusion model = StableDiffusion.open(Path.of(args[0]), Device.cpu(), Precision.FLOAT32)) {
            int size = model.defaultSize();
            var request = new GenerationParameters(args[3], "", 5, SamplerKind.DDIM, 25, size, size, 1234);
            RgbImage condition = RgbImage.of(ImageIO.read(new File(args[2]))).resized(size, size);
            try (ControlNet net = model.openControlNet(Path.of(args[1]), Precision.FLOAT32)) {
                Control control = new Control(net, condition, 0.8, 0, 1);
                try (PreparedPrompt prompt = PreparedPrompt.of(model, request, List.of(), null, List.of(control));
                        Denoising image = Denoising.start(prompt, request, null)) {
                    while (!image.done()) {
                        image.advance();
                    }
                    ImageIO.write(image.image().toBufferedImage(), "png", new File(args[4]));
                }
            }
        }
    }
}
