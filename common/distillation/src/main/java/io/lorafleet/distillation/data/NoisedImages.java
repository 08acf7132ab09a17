// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.SeededNoise;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.sampler.NoiseSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Training samples without a teacher's predictions: noise is added to an image's latent, and the target follows from
 * that noise. The teacher generates the images, so that the training methods differ only in their targets.
 */
public record NoisedImages(StableDiffusion model, SplittableRandom random) {

    /**
     * Creates samples from the given images.
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

    /**
     * @return a sample without a reference loss, because the base without guidance is not a meaningful reference here
     */
    private TrajectorySample sample(float[] image, int prompt) {
        NoiseSchedule schedule = model.schedule();
        int timestep = random.nextInt(schedule.trainTimesteps());
        float[] unitNoise = new SeededNoise(random.nextInt()).next(image.length);
        try (NDManager scope = model.owner().newSubManager()) {
            NDArray clean = scope.create(image);
            NDArray noise = scope.create(unitNoise);
            return new TrajectorySample(
                    schedule.addNoise(clean, noise, timestep).toFloatArray(),
                    timestep,
                    prompt,
                    schedule.target(clean, noise, timestep).toFloatArray(),
                    Double.NaN);
        }
    }
}
