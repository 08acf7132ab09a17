// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.data;

import io.lorafleet.diffusion.SeededNoise;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.sampler.PredictionType;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How a model learns without a teacher: noise is laid over an image's latent, and the noise is what it should say. The
 * images are the guided model's own, so that the methods differ in nothing but what is learned from them.
 */
public record NoisedImages(StableDiffusion model, SplittableRandom random) {

    /**
     * @param images their latents, one for each prompt (C, H, W)
     * @param each points of an image
     */
    public List<TrajectorySample> samples(float[][] images, int each) {
        List<TrajectorySample> samples = new ArrayList<>();
        for (int prompt = 0; prompt < images.length; prompt++) {
            for (int i = 0; i < each; i++) {
                samples.add(sample(images[prompt], prompt));
            }
        }
        return samples;
    }

    /** @return with nothing to compare the loss with: what the model without guidance says is no worse an answer */
    private TrajectorySample sample(float[] image, int prompt) {
        int timestep = random.nextInt(model.schedule().trainTimesteps());
        float[] noise = new SeededNoise(random.nextInt()).next(image.length);
        double alphaBar = model.schedule().alphaBar()[timestep];
        float alpha = (float) Math.sqrt(alphaBar);
        float sigma = (float) Math.sqrt(1 - alphaBar);
        boolean saysNoise = model.schedule().prediction() == PredictionType.EPSILON;
        float[] latent = new float[image.length];
        float[] target = saysNoise ? noise : new float[image.length];
        for (int i = 0; i < image.length; i++) {
            latent[i] = alpha * image[i] + sigma * noise[i];
            if (!saysNoise) {
                target[i] = alpha * noise[i] - sigma * image[i];
            }
        }
        return new TrajectorySample(latent, timestep, prompt, target, Double.NaN);
    }
}
