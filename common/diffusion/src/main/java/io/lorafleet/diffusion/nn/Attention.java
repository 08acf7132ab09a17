// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head scaled dot-product attention.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017</a>, section 3.2
 */
public final class Attention {
    private Attention() {}

    /**
     * @param q queries (N, T, C)
     * @param k keys (N, S, C)
     * @param v values (N, S, C)
     * @param heads number of heads, a divisor of C
     * @param mask mask (T, S) to add to the scores, or null
     * @return output of the attention (N, T, C)
     */
    public static NDArray attend(NDArray q, NDArray k, NDArray v, int heads, @Nullable NDArray mask) {
        try (NDManager scope = Scopes.open(q, k, v)) {
            double scale = 1 / Math.sqrt((double) q.getShape().get(2) / heads);
            NDArray scores = Functions.times(split(q, heads), scale)
                    .matMul(split(k, heads).swapAxes(2, 3)); // (N, heads, T, S)
            if (mask != null) {
                scores.addi(mask);
            }
            NDArray mixed = scores.softmax(-1).matMul(split(v, heads)); // (N, heads, T, C / heads)
            return scope.ret(mixed.transpose(0, 2, 1, 3).reshape(q.getShape()));
        }
    }

    /** @param x (N, T, C) @return (N, heads, T, C / heads) */
    private static NDArray split(NDArray x, int heads) {
        return x.reshape(x.getShape().get(0), x.getShape().get(1), heads, -1).transpose(0, 2, 1, 3);
    }
}
