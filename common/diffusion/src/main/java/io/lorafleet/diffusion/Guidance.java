// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.ndarray.NDArray;

/**
 * Classifier-free guidance.
 *
 * @see <a href="https://arxiv.org/abs/2207.12598">Ho and Salimans 2022</a>, equation 6, with scale = 1 + w
 */
public final class Guidance {
    private Guidance() {}

    /**
     * Computes {@code uncond + scale (cond - uncond)}.
     *
     * @param uncond model output for the negative or the empty prompt, of any shape, such as (N, C, H, W)
     * @param cond model output for the prompt, of the same shape
     * @param scale guidance scale
     * @return the guided output, of the same shape, attached to {@code uncond}'s manager
     */
    public static NDArray combine(NDArray uncond, NDArray cond, double scale) {
        return uncond.add(cond.sub(uncond).mul(scale));
    }
}
