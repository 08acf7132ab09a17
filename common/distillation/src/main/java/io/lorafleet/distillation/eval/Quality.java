// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.eval;

import java.util.List;

/**
 * The quality of a student on held-out prompts, compared with the teacher.
 *
 * @param learned share of the guidance that the student has learned, over all timesteps: {@code 1 - MSE(student,
 *     guided) / MSE(cond, guided)}; 1 for a perfect student, 0 for the base without guidance, negative for a student
 *     that is worse than the base
 * @param bins the learned share in ranges of timesteps
 * @param latentDistance root mean square difference between the student's and the teacher's latents after the last
 *     step, averaged over the images
 * @param unguidedLatentDistance the same difference for the base without guidance
 * @param psnr mean PSNR of the student's images against the teacher's, in dB
 * @param unguidedPsnr the same PSNR for the base without guidance
 */
public record Quality(
        double learned,
        List<Bin> bins,
        double latentDistance,
        double unguidedLatentDistance,
        double psnr,
        double unguidedPsnr) {

    /**
     * A range of timesteps.
     *
     * @param from first timestep
     * @param to timestep after the last one in the range
     */
    public record Bin(int from, int to, double learned) {}

    public Quality {
        bins = List.copyOf(bins);
    }
}
