// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.eval;

import ai.djl.ndarray.NDArray;
import io.lorafleet.diffusion.Psnr;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.distillation.model.Teacher;
import io.lorafleet.distillation.tensor.HostTensors;
import java.util.ArrayList;
import java.util.List;

/** Accumulates the sums for a {@link Quality}. */
final class QualityCount {
    private static final int BINS = 5;

    private final int timesteps;
    private final double[] student = new double[BINS];
    private final double[] unguided = new double[BINS];
    private double studentLatents;
    private double unguidedLatents;
    private double studentPsnr;
    private double unguidedPsnr;
    private int images;

    /** @param timesteps the model's number of training timesteps */
    QualityCount(int timesteps) {
        this.timesteps = timesteps;
    }

    /** @param prediction the student's prediction on the teacher's trajectory (N, C, H, W) */
    void sample(double timestep, Teacher.Prediction teacher, NDArray prediction) {
        int bin = Math.min((int) (timestep * BINS / timesteps), BINS - 1);
        student[bin] += squares(prediction, teacher.guided());
        unguided[bin] += squares(teacher.cond(), teacher.guided());
    }

    private static double squares(NDArray a, NDArray b) {
        float[] left = a.toFloatArray();
        return HostTensors.meanSquare(left, b.toFloatArray()) * left.length;
    }

    /** Adds the latents after the last step (N, C, H, W). */
    void latents(NDArray guided, NDArray cond, NDArray learned) {
        float[][] teacher = HostTensors.rows(guided);
        float[][] others = HostTensors.rows(cond);
        float[][] students = HostTensors.rows(learned);
        for (int i = 0; i < teacher.length; i++) {
            studentLatents += Math.sqrt(HostTensors.meanSquare(students[i], teacher[i]));
            unguidedLatents += Math.sqrt(HostTensors.meanSquare(others[i], teacher[i]));
        }
    }

    void images(Evaluation.Images generated) {
        studentPsnr += psnr(generated.student(), generated.teacher());
        unguidedPsnr += psnr(generated.unguided(), generated.teacher());
        images++;
    }

    /** @return the PSNR in dB, at most 100, so that identical images do not make the mean infinite */
    private static double psnr(RgbImage a, RgbImage b) {
        return Math.min(100, Psnr.of(a, b));
    }

    Quality quality() {
        List<Quality.Bin> bins = new ArrayList<>();
        double studentSum = 0;
        double unguidedSum = 0;
        for (int i = 0; i < BINS; i++) {
            studentSum += student[i];
            unguidedSum += unguided[i];
            bins.add(new Quality.Bin(i * timesteps / BINS, (i + 1) * timesteps / BINS, 1 - student[i] / unguided[i]));
        }
        return new Quality(
                1 - studentSum / unguidedSum,
                bins,
                studentLatents / images,
                unguidedLatents / images,
                studentPsnr / images,
                unguidedPsnr / images);
    }
}
