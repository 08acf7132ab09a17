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
 * The state of a run between two rounds. A resumed run produces the same student as an uninterrupted run.
 *
 * @param plan the training plan as text; a run with a different plan cannot resume from the checkpoint
 * @param round number of the next round
 * @param step number of completed optimizer steps
 * @param arrays parameters, moving averages and moments, by name
 */
record TrainingCheckpoint(String plan, int round, int step, Map<String, NDArray> arrays) {

    byte[] write() {
        return SafetensorsWriter.write(
                arrays, Map.of("plan", plan, "round", Integer.toString(round), "step", Integer.toString(step)));
    }

    /**
     * Copies a checkpoint into the arrays of a new run.
     *
     * @param arrays arrays of the new run, by name
     * @return the restored checkpoint
     * @throws ModelFileException if the file is not a checkpoint of a run with this plan and these arrays
     */
    static TrainingCheckpoint restore(byte[] file, String plan, Map<String, NDArray> arrays, NDManager parent) {
        Safetensors checkpoint = Safetensors.of("checkpoint", file);
        String foundPlan = checkpoint.metadata().get("plan");
        if (!plan.equals(foundPlan)) {
            throw new ModelFileException("checkpoint: expected plan " + plan + ", found " + foundPlan);
        }
        TrainingCheckpoint restored =
                new TrainingCheckpoint(plan, count(checkpoint, "round"), count(checkpoint, "step"), arrays);
        Gradients.unrecorded(() -> new LinkedHashMap<>(arrays).forEach((name, array) -> {
            try (NDManager scope = parent.newSubManager()) {
                if (!array.getShape().equals(checkpoint.shape(name))) {
                    throw new ModelFileException("checkpoint: tensor " + name + ": expected " + array.getShape()
                            + ", found " + checkpoint.shape(name));
                }
                checkpoint.read(name, DataType.FLOAT32, scope).copyTo(array);
            }
        }));
        return restored;
    }

    private static int count(Safetensors checkpoint, String name) {
        String found = checkpoint.metadata().getOrDefault(name, "none");
        if (!found.matches("[0-9]{1,9}")) {
            throw new ModelFileException(
                    checkpoint.name() + ": " + name + ": expected an integer from 0 to 999999999, found " + found);
        }
        return Integer.parseInt(found);
    }
}
