// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations that decide speed and memory, and that DJL's array API lacks. Results are attached to the manager of
 * the first argument; gradients flow through.
 */
public interface Kernels {
    /** Multi-head attention of q (N, T, C) over k and v (N, S, C). @return (N, T, C) */
    NDArray attention(NDArray q, NDArray k, NDArray v, int heads);

    /** @param x (N, C, H, W) @param scale (C) @param shift (C) @return the shape of x */
    NDArray groupNorm(NDArray x, NDArray scale, NDArray shift, int groups, float epsilon);

    /** {@link #groupNorm}, then x sigmoid(x). */
    NDArray groupNormSilu(NDArray x, NDArray scale, NDArray shift, int groups, float epsilon);

    /**
     * Doubles height and width by repeating each value, then cuts to the size asked for, which may be one less: the
     * size that a halving convolution came from.
     *
     * @param x (N, C, H, W) @return (N, C, height, width)
     */
    NDArray upsample(NDArray x, long height, long width);

    /** Half of the values, gated by the other half (Shazeer 2020). @param x (..., 2 C) @return (..., C) */
    NDArray geglu(NDArray x);

    /**
     * Adds (x a) b to the first n rows of y, in place.
     *
     * @param y (N, ..., out) @param x (N, ..., in) @param a (n, in, r) @param b (n, r, out) @return y
     */
    NDArray addLowRank(NDArray y, NDArray x, NDArray a, NDArray b);

    /**
     * The same for each pixel: what a convolution with a kernel of one pixel adds.
     *
     * @param y (N, out, H, W) @param x (N, in, H, W) @param a (n, in, r) @param b (n, r, out) @return y
     */
    NDArray addLowRankPointwise(NDArray y, NDArray x, NDArray a, NDArray b);

    /** @return those in use: PyTorch's own through TorchScript, or plain arrays where that cannot be loaded */
    static Kernels get() {
        return Loaded.KERNELS;
    }

    /** Loads them once, when they are first asked for. */
    final class Loaded {
        private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);
        private static final Kernels KERNELS = load();

        private Loaded() {}

        private static Kernels load() {
            try {
                return new ScriptKernels();
            } catch (Exception e) {
                LOG.warn("the TorchScript kernels cannot be loaded, going on with slower ones", e);
                return new PlainKernels();
            }
        }
    }
}
