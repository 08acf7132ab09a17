// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Collection;

/** Operations on gradients that DJL's array API does not offer. */
public final class Gradients {
    private Gradients() {}

    /** Runs a task in no-grad mode. PyTorch allows in-place changes to a parameter only in this mode. */
    public static void unrecorded(Runnable task) {
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        try {
            task.run();
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    /** @return the parameter's gradient itself (not a copy); the scope owns it */
    public static NDArray of(NDArray parameter, NDManager scope) {
        NDArray gradient = parameter.getGradient();
        gradient.attach(scope);
        return gradient;
    }

    /** Sets the gradients to zero. Otherwise, the next backward pass would add to them. */
    public static void clear(Collection<NDArray> parameters) {
        parameters.forEach(parameter -> JniUtils.zeroGrad((PtNDArray) parameter));
    }

    /**
     * Scales all gradients so that their total norm is at most {@code maxNorm}.
     *
     * @return the norm before scaling
     */
    public static double clip(Collection<NDArray> parameters, double maxNorm, NDManager parent) {
        double squares = 0;
        for (NDArray parameter : parameters) {
            try (NDManager scope = parent.newSubManager()) {
                squares += of(parameter, scope).square().sum().getFloat();
            }
        }
        double norm = Math.sqrt(squares);
        if (norm > maxNorm) {
            unrecorded(() -> {
                for (NDArray parameter : parameters) {
                    try (NDManager scope = parent.newSubManager()) {
                        of(parameter, scope).muli(maxNorm / norm);
                    }
                }
            });
        }
        return norm;
    }
}
