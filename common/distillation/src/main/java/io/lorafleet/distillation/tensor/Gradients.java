// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Collection;

/** What PyTorch keeps of gradients, and DJL's array API shows only in part. */
public final class Gradients {
    private Gradients() {}

    /** Runs without recording for a later backward pass: only so can an array that learns be changed in place. */
    public static void unrecorded(Runnable task) {
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        try {
            task.run();
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    /** @return the gradient itself, in the scope */
    public static NDArray of(NDArray parameter, NDManager scope) {
        NDArray gradient = parameter.getGradient();
        gradient.attach(scope);
        return gradient;
    }

    /** Forgets them, so that the next backward pass does not add to them. */
    public static void clear(Collection<NDArray> parameters) {
        parameters.forEach(parameter -> JniUtils.zeroGrad((PtNDArray) parameter));
    }

    /**
     * Shortens the gradients to a norm, all together.
     *
     * @return the norm that they had
     */
    public static double clip(Collection<NDArray> parameters, double most, NDManager parent) {
        double squares = 0;
        for (NDArray parameter : parameters) {
            try (NDManager scope = parent.newSubManager()) {
                squares += of(parameter, scope).square().sum().getFloat();
            }
        }
        double norm = Math.sqrt(squares);
        if (norm > most) {
            unrecorded(() -> {
                for (NDArray parameter : parameters) {
                    try (NDManager scope = parent.newSubManager()) {
                        of(parameter, scope).muli(most / norm);
                    }
                }
            });
        }
        return norm;
    }
}
