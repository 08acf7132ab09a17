// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.eval;

import java.util.List;

/**
 * How near a student comes to its teacher on prompts that it has not seen.
 *
 * @param learned of what guidance makes out, over all timesteps: {@code 1 - MSE(student, guided) / MSE(cond, guided)}; 1
 *     for a student that is the teacher, 0 for the model without guidance, below that for one that is worse
 * @param bins the same, by timestep
 * @param latentDistance root mean square difference of the images' latents to the teacher's from the same noise
 * @param unguidedLatentDistance the same, of the model without guidance
 * @param psnr mean over the images, in dB, to the teacher's from the same noise
 * @param unguidedPsnr the same, of the model without guidance
 */
public record Quality(
        double learned,
        List<Bin> bins,
        double latentDistance,
        double unguidedLatentDistance,
        double psnr,
        double unguidedPsnr) {

    /**
     * Some timesteps.
     *
     * @param from the first of them
     * @param to behind the last one
     */
    public record Bin(int from, int to, double learned) {}

    public Quality {
        bins = List.copyOf(bins);
    }
}
