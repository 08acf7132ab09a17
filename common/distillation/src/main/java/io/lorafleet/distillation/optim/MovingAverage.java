// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.distillation.tensor.Gradients;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The exponential moving average of parameters: smoother than any of their single states. */
public final class MovingAverage implements AutoCloseable {
    private final Map<String, NDArray> parameters;
    private final double decay;
    private final NDManager owner;
    private final Map<String, NDArray> means = new LinkedHashMap<>();

    /** @param parent of the manager that will own the means, which begin as the parameters */
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

    /** @param step from 1; the first ones count more, so that the mean does not cling to the beginning */
    public void take(int step) {
        double kept = Math.min(decay, (1.0 + step) / (10.0 + step)); // as diffusers' EMAModel
        Gradients.unrecorded(() -> parameters.forEach((name, parameter) -> {
            NDArray mean = Objects.requireNonNull(means.get(name), "every parameter has a mean");
            try (NDArray part = parameter.mul(1 - kept)) {
                mean.muli(kept).addi(part);
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
