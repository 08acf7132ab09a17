// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import io.lorafleet.distillation.tensor.Gradients;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything a run needs to go on as if it had not been broken off, taken between two rounds.
 *
 * @param plan as text: another plan cannot go on from here
 * @param round to be begun next
 * @param step steps done
 * @param arrays by name
 */
record TrainingCheckpoint(String plan, int round, int step, Map<String, NDArray> arrays) {

    byte[] write() {
        return SafetensorsWriter.write(
                arrays, Map.of("plan", plan, "round", Integer.toString(round), "step", Integer.toString(step)));
    }

    /**
     * Puts what was kept in the place of the arrays.
     *
     * @param arrays of a run that has just begun, by name
     * @return the round to be begun next, and the steps done
     */
    static TrainingCheckpoint restore(byte[] file, String plan, Map<String, NDArray> arrays, NDManager parent) {
        Safetensors kept = Safetensors.of("checkpoint", file);
        String foundPlan = kept.metadata().get("plan");
        if (!plan.equals(foundPlan)) {
            throw new ModelFileException("checkpoint: expected one of the plan " + plan + ", found " + foundPlan);
        }
        Gradients.unrecorded(() -> new LinkedHashMap<>(arrays).forEach((name, array) -> {
            try (NDManager scope = parent.newSubManager()) {
                if (!array.getShape().equals(kept.shape(name))) {
                    throw new ModelFileException("checkpoint: tensor " + name + ": expected " + array.getShape()
                            + ", found " + kept.shape(name));
                }
                kept.read(name, DataType.FLOAT32, scope).copyTo(array);
            }
        }));
        return new TrainingCheckpoint(plan, number(kept, "round"), number(kept, "step"), arrays);
    }

    private static int number(Safetensors kept, String name) {
        return Integer.parseInt(kept.metadata().get(name));
    }
}
