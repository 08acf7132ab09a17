// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.distillation.tensor.Gradients;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Adam with decoupled weight decay, computed as in PyTorch.
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2019</a>; torch optim/adamw.py
 */
public final class AdamW implements AutoCloseable {
    private static final double BETA_1 = 0.9;
    private static final double BETA_2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final Map<String, NDArray> parameters;
    private final double weightDecay;
    private final NDManager owner;
    private final Map<String, Moments> moments = new LinkedHashMap<>();
    private int steps;

    /** The moving averages of the gradient and of its square. */
    public record Moments(NDArray first, NDArray second) {}

    /** @param parent parent of the manager that owns the moments */
    public AdamW(Map<String, NDArray> parameters, double weightDecay, NDManager parent) {
        this.parameters = parameters;
        this.weightDecay = weightDecay;
        this.owner = parent.newSubManager();
        parameters.forEach((name, parameter) ->
                moments.put(name, new Moments(owner.zeros(parameter.getShape()), owner.zeros(parameter.getShape()))));
    }

    /** Sets the gradients to zero. Otherwise, the next backward pass would add to them. */
    public void clear() {
        Gradients.clear(parameters.values());
    }

    /** Executes one step with the current gradients. Does not change the gradients. */
    public void step(double learningRate) {
        steps++;
        double firstBias = 1 - Math.pow(BETA_1, steps);
        double secondBias = 1 - Math.pow(BETA_2, steps);
        Gradients.unrecorded(() -> parameters.forEach((name, parameter) -> {
            Moments mean = Objects.requireNonNull(moments.get(name), "a parameter has no moments");
            try (NDManager scope = owner.newSubManager()) {
                NDArray gradient = Gradients.of(parameter, scope);
                mean.first().muli(BETA_1).addi(gradient.mul(1 - BETA_1));
                mean.second().muli(BETA_2).addi(gradient.square().muli(1 - BETA_2));
                scope.tempAttachAll(mean.first(), mean.second());
                NDArray divisor =
                        mean.second().sqrt().divi(Math.sqrt(secondBias)).addi(EPSILON);
                parameter.muli(1 - learningRate * weightDecay);
                parameter.subi(mean.first().div(divisor).muli(learningRate / firstBias));
            }
        }));
    }

    public int steps() {
        return steps;
    }

    public Map<String, Moments> moments() {
        return moments;
    }

    /** Sets the number of completed steps when a run is resumed. The caller restores the moments. */
    public void resume(int stepsDone) {
        steps = stepsDone;
    }

    @Override
    public void close() {
        owner.close();
    }
}
