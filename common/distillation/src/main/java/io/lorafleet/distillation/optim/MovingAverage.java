// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.distillation.tensor.Gradients;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The exponential moving average (EMA) of the parameters. It varies less from step to step than the parameters
 * themselves.
 */
public final class MovingAverage implements AutoCloseable {
    private final Map<String, NDArray> parameters;
    private final double decay;
    private final NDManager owner;
    private final Map<String, NDArray> means = new LinkedHashMap<>();

    /** @param parent parent of the manager that owns the means; the means start as copies of the parameters */
    public MovingAverage(Map<String, NDArray> parameters, double decay, NDManager parent) {
        this.parameters = parameters;
        this.decay = decay;
        this.owner = parent.newSubManager();
        Gradients.unrecorded(() -> parameters.forEach((name, parameter) -> {
            NDArray mean = parameter.duplicate();
            mean.attach(owner);
            means.put(name, mean);
        }));
    }

    /**
     * @param step number of the step, starting at 1; the decay is smaller in early steps, so that the influence of the
     *     initial values fades quickly
     */
    public void take(int step) {
        double stepDecay = Math.min(decay, (1.0 + step) / (10.0 + step)); // as in diffusers' EMAModel
        Gradients.unrecorded(() -> parameters.forEach((name, parameter) -> {
            NDArray mean = Objects.requireNonNull(means.get(name), "a parameter has no mean");
            try (NDArray part = parameter.mul(1 - stepDecay)) {
                mean.muli(stepDecay).addi(part);
            }
        }));
    }

    public Map<String, NDArray> means() {
        return means;
    }

    @Override
    public void close() {
        owner.close();
    }
}
