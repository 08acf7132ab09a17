// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.optim;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Functions;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import io.lorafleet.distillation.DistillationException;
import io.lorafleet.distillation.data.TrainingBatch;
import io.lorafleet.distillation.model.Student;

/** The mean squared error in float32: the mean over each row, then the weighted mean over the rows. */
public final class Loss {
    private Loss() {}

    /**
     * Computes the loss of a batch and adds the loss's gradients to those of the student's parameters.
     *
     * @param share the batch's share of an optimizer step's samples, by which the gradients are multiplied
     * @return the loss of this batch, not multiplied by the share
     */
    public static double backward(Student student, TrainingBatch batch, double share, NDManager parent) {
        try (NDManager scope = parent.newSubManager();
                GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDArray loss = of(student, batch, scope);
            double value = loss.getFloat();
            if (!Double.isFinite(value)) {
                throw new DistillationException(
                        "loss: expected a finite number, found " + value + "; a lower learning rate may help");
            }
            collector.backward(Functions.times(loss, share));
            return value;
        }
    }

    private static NDArray of(Student student, TrainingBatch batch, NDManager scope) {
        scope.tempAttachAll(
                batch.latents(), batch.targets(), batch.weights(), batch.text().context());
        Adaptation adaptation = student.adaptation();
        PreparedConditioning text = student.unet().prepare(batch.text(), adaptation);
        NDArray output = student.unet().forward(batch.latents(), batch.timesteps(), text, adaptation);
        long rows = output.getShape().get(0);
        NDArray squares = output.sub(batch.targets()).square().reshape(new Shape(rows, -1));
        return squares.mean(new int[] {1}).mul(batch.weights()).mean();
    }
}
