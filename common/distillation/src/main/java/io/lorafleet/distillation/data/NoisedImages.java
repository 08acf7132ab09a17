// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.data;

import io.lorafleet.diffusion.SeededNoise;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.sampler.PredictionType;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Training samples without predictions of a teacher: noise is added to the latent of an image, and the target follows from
 * that noise. The teacher generates the images, so that the training methods differ only in their targets.
 */
public record NoisedImages(StableDiffusion model, SplittableRandom random) {

    /**
     * Makes the samples of some images.
     *
     * @param images latents of the images, one for each prompt (C, H, W)
     * @param each number of samples per image
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

    /** @return a sample without a reference loss, because the base without guidance is not a lower bound here */
    private TrajectorySample sample(float[] image, int prompt) {
        int timestep = random.nextInt(model.schedule().trainTimesteps());
        float[] noise = new SeededNoise(random.nextInt()).next(image.length);
        double alphaBar = model.schedule().alphaBar()[timestep];
        float alpha = (float) Math.sqrt(alphaBar);
        float sigma = (float) Math.sqrt(1 - alphaBar);
        boolean predictsNoise = model.schedule().prediction() == PredictionType.EPSILON;
        float[] latent = new float[image.length];
        float[] target = predictsNoise ? noise : new float[image.length];
        for (int i = 0; i < image.length; i++) {
            latent[i] = alpha * image[i] + sigma * noise[i];
            if (!predictsNoise) {
                target[i] = alpha * noise[i] - sigma * image[i];
            }
        }
        return new TrajectorySample(latent, timestep, prompt, target, Double.NaN);
    }
}
