// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Operations that DJL's array API lacks and that account for most of the time and memory. Results are attached to the
 * first argument's manager. All operations support gradients.
 */
public interface Kernels {
    /** Multi-head attention of q (N, T, C) over k and v (N, S, C). @return (N, T, C) */
    NDArray attention(NDArray q, NDArray k, NDArray v, int heads);

    /** @param x (N, C, H, W) @param scale (C) @param shift (C) @return the shape of x */
    NDArray groupNorm(NDArray x, NDArray scale, NDArray shift, int groups, float epsilon);

    /** {@link #groupNorm} followed by SiLU. */
    NDArray groupNormSilu(NDArray x, NDArray scale, NDArray shift, int groups, float epsilon);

    /**
     * Doubles height and width by repeating each value, then crops to the given size. The size can be odd, because
     * stride-2 convolutions round up when they halve a size.
     *
     * @param x (N, C, H, W) @return (N, C, height, width)
     */
    NDArray upsample(NDArray x, long height, long width);

    /**
     * GEGLU: half of the values, gated by the GELU of the other half (Shazeer 2020). @param x (..., 2 C) @return (...,
     * C)
     */
    NDArray geglu(NDArray x);

    /**
     * Adds (x a) b to the first n rows of y, in place.
     *
     * @param y (N, ..., out) @param x (N, ..., in) @param a (n, in, r) @param b (n, r, out) @return y
     */
    NDArray addLowRank(NDArray y, NDArray x, NDArray a, NDArray b);

    /**
     * Like {@link #addLowRank}, for each pixel: the update of a 1x1 convolution.
     *
     * @param y (N, out, H, W) @param x (N, in, H, W) @param a (n, in, r) @param b (n, r, out) @return y
     */
    NDArray addLowRankPointwise(NDArray y, NDArray x, NDArray a, NDArray b);

    /**
     * @return the kernels of this process: PyTorch's through TorchScript, or those on DJL's array API if TorchScript is
     *     unavailable
     */
    static Kernels get() {
        return Loaded.KERNELS;
    }

    /** Loads the kernels once, at first use. */
    final class Loaded {
        private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);
        private static final Kernels KERNELS = load();

        private Loaded() {}

        private static Kernels load() {
            try {
                return new ScriptKernels();
            } catch (Exception e) {
                LOG.warn("Cannot load the TorchScript kernels; using slower kernels", e);
                return new PlainKernels();
            }
        }
    }
}
