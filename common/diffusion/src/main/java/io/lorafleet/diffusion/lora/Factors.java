// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.LoraAdapter.Factor;
import java.nio.FloatBuffer;

/** Products of small factors, which are computed once, when an adapter is read. */
final class Factors {
    private Factors() {}

    /** (n, m) to (m, n). */
    static Factor transposed(Factor matrix) {
        int rows = (int) matrix.shape().get(0);
        int columns = (int) matrix.shape().get(1);
        float[] from = values(matrix);
        float[] to = new float[from.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                to[column * rows + row] = from[row * columns + column];
            }
        }
        return new Factor(new Shape(columns, rows), FloatBuffer.wrap(to));
    }

    /** (n, r) and (r, ...) to (n, ...). */
    static Factor product(Factor left, Factor right) {
        int rows = (int) left.shape().get(0);
        int rank = (int) left.shape().get(1);
        Shape columns = right.shape().slice(1);
        int width = Math.toIntExact(columns.size());
        float[] lefts = values(left);
        float[] rights = values(right);
        float[] product = new float[Math.multiplyExact(rows, width)];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < rank; i++) {
                float factor = lefts[row * rank + i];
                for (int column = 0; column < width; column++) {
                    product[row * width + column] += factor * rights[i * width + column];
                }
            }
        }
        return new Factor(new Shape(rows).addAll(columns), FloatBuffer.wrap(product));
    }

    /** The kernel (r, r, k, k) after a 1x1 convolution (r, in), as one convolution (r, in, k, k). */
    static Factor withKernel(Factor kernel, Factor pointwise) {
        int rank = (int) pointwise.shape().get(0);
        int in = (int) pointwise.shape().get(1);
        Shape area = kernel.shape().slice(2);
        int pixels = Math.toIntExact(area.size());
        float[] kernels = values(kernel);
        float[] weights = values(pointwise);
        float[] combined = new float[Math.multiplyExact(rank * in, pixels)];
        for (int row = 0; row < rank; row++) {
            for (int i = 0; i < rank; i++) {
                for (int channel = 0; channel < in; channel++) {
                    float factor = weights[i * in + channel];
                    for (int pixel = 0; pixel < pixels; pixel++) {
                        combined[(row * in + channel) * pixels + pixel] +=
                                factor * kernels[(row * rank + i) * pixels + pixel];
                    }
                }
            }
        }
        return new Factor(new Shape(rank, in).addAll(area), FloatBuffer.wrap(combined));
    }

    private static float[] values(Factor factor) {
        float[] values = new float[Math.toIntExact(factor.shape().size())];
        factor.values().get(0, values);
        return values;
    }
}
