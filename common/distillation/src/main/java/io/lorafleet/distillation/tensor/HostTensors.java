// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/** Copies between host memory and device memory. */
public final class HostTensors {
    private HostTensors() {}

    /** @return the rows as one array (N, ...), owned by the scope */
    public static NDArray rows(List<float[]> rows, Shape shape, NDManager scope) {
        int size = Math.toIntExact(shape.size());
        float[] all = new float[rows.size() * size];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, all, i * size, size);
        }
        return scope.create(all, new Shape(rows.size()).addAll(shape));
    }

    /** @param array an array (N, ...) @return the rows of the array */
    public static float[][] rows(NDArray array) {
        float[] all = array.toFloatArray();
        int count = Math.toIntExact(array.getShape().get(0));
        int size = all.length / count;
        float[][] rows = new float[count][];
        for (int i = 0; i < count; i++) {
            rows[i] = Arrays.copyOfRange(all, i * size, (i + 1) * size);
        }
        return rows;
    }

    /** @return the mean squared difference */
    public static double meanSquare(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = (double) a[i] - b[i];
            sum += difference * difference;
        }
        return sum / a.length;
    }
}
