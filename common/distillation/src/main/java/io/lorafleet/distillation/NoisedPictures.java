// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

import io.lorafleet.diffusion.SeededNoise;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.sampler.Prediction;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How a model learns without a teacher: noise is laid over a picture's latent, and the noise is what it should say. The
 * pictures are the guided model's own, so that the methods differ in nothing but what is learned from them.
 */
record NoisedPictures(StableDiffusion model, SplittableRandom random) {

    /**
     * @param pictures their latents, one for each prompt (C, H, W)
     * @param each points of a picture
     */
    List<Point> points(float[][] pictures, int each) {
        List<Point> points = new ArrayList<>();
        for (int prompt = 0; prompt < pictures.length; prompt++) {
            for (int i = 0; i < each; i++) {
                points.add(point(pictures[prompt], prompt));
            }
        }
        return points;
    }

    /** @return with nothing to compare the loss with: what the model without guidance says is no worse an answer */
    private Point point(float[] picture, int prompt) {
        int timestep = random.nextInt(model.schedule().trainTimesteps());
        float[] noise = new SeededNoise(random.nextInt()).next(picture.length);
        double alphaBar = model.schedule().alphaBar()[timestep];
        float alpha = (float) Math.sqrt(alphaBar);
        float sigma = (float) Math.sqrt(1 - alphaBar);
        boolean saysNoise = model.schedule().prediction() == Prediction.EPSILON;
        float[] latent = new float[picture.length];
        float[] target = saysNoise ? noise : new float[picture.length];
        for (int i = 0; i < picture.length; i++) {
            latent[i] = alpha * picture[i] + sigma * noise[i];
            if (!saysNoise) {
                target[i] = alpha * noise[i] - sigma * picture[i];
            }
        }
        return new Point(latent, timestep, prompt, target, Double.NaN);
    }
}
