// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.Optional;

/** The weights of one part of a loaded model, as adapters need them: their shapes, and their values in the model's files. */
public final class BaseWeights {
    private final Map<String, Shape> shapes;
    private final Map<String, Safetensors> files;

    BaseWeights(Map<String, Shape> shapes, Map<String, Safetensors> files) {
        this.shapes = Map.copyOf(shapes);
        this.files = files;
    }

    /** @return weights without values, which suffice for adapters that do not depend on the base's values */
    public static BaseWeights ofShapes(Map<String, Shape> shapes) {
        return new BaseWeights(shapes, Map.of());
    }

    /** @return the shapes of all weights, by name */
    public Map<String, Shape> shapes() {
        return shapes;
    }

    /**
     * Reads a weight from its file.
     *
     * @param owner manager that owns the array
     * @return the weight in float32; empty if the part has no such weight, or it is in no file
     */
    public Optional<NDArray> read(String name, NDManager owner) {
        return Optional.ofNullable(files.get(name))
                .filter(file -> shapes.containsKey(name))
                .map(file -> file.read(name, DataType.FLOAT32, owner));
    }
}
