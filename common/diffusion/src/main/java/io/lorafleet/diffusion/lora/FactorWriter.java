// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import io.lorafleet.diffusion.lora.LoraAdapter.Factor;
import java.nio.FloatBuffer;

/** Writes factors into memory, turned and scaled as a batch takes them. One thread's own. */
final class FactorWriter {
    private final FloatBuffer target;
    private float[] values = {};
    private float[] turned = {};

    FactorWriter(FloatBuffer target) {
        this.target = target;
    }

    /**
     * @param turn whether rows become columns
     * @param start in the target, in numbers
     */
    void write(Factor factor, boolean turn, float scale, int start) {
        int size = (int) factor.shape().size();
        if (values.length < size) {
            values = new float[size];
            turned = new float[size];
        }
        factor.values().get(0, values, 0, size);
        if (scale != 1) {
            for (int i = 0; i < size; i++) {
                values[i] *= scale;
            }
        }
        if (turn) {
            turn((int) factor.shape().get(0), (int) factor.shape().get(1));
        }
        target.put(start, turn ? turned : values, 0, size);
    }

    /** The inner loop goes over the shorter side, the rank: so few lines of memory stay in the processor's cache. */
    private void turn(int rows, int columns) {
        if (rows <= columns) {
            for (int column = 0; column < columns; column++) {
                for (int row = 0; row < rows; row++) {
                    turned[column * rows + row] = values[row * columns + column];
                }
            }
        } else {
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    turned[column * rows + row] = values[row * columns + column];
                }
            }
        }
    }
}
