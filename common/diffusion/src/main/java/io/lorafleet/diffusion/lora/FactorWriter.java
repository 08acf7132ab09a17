// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import io.lorafleet.diffusion.lora.LoraAdapter.Factor;
import java.nio.FloatBuffer;

/** Writes factors into memory, transposed and scaled for use in a batch. Not thread-safe. */
final class FactorWriter {
    private final FloatBuffer target;
    private float[] values = {};
    private float[] transposed = {};

    FactorWriter(FloatBuffer target) {
        this.target = target;
    }

    /**
     * @param transpose whether to transpose the factor
     * @param scale number by which all values are multiplied
     * @param start index of the first value in the target
     */
    void write(Factor factor, boolean transpose, float scale, int start) {
        int size = (int) factor.shape().size();
        if (values.length < size) {
            values = new float[size];
            transposed = new float[size];
        }
        factor.values().get(0, values, 0, size);
        if (scale != 1) {
            for (int i = 0; i < size; i++) {
                values[i] *= scale;
            }
        }
        if (transpose) {
            transpose((int) factor.shape().get(0), (int) factor.shape().get(1));
        }
        target.put(start, transpose ? transposed : values, 0, size);
    }

    /**
     * Transposes a matrix. The inner loop runs over the shorter side, the rank, so that only a few cache lines are in
     * use.
     */
    private void transpose(int rows, int columns) {
        if (rows <= columns) {
            for (int column = 0; column < columns; column++) {
                for (int row = 0; row < rows; row++) {
                    transposed[column * rows + row] = values[row * columns + column];
                }
            }
        } else {
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    transposed[column * rows + row] = values[row * columns + column];
                }
            }
        }
    }
}
