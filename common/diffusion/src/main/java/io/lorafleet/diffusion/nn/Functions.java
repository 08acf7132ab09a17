// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/** Functions without weights. */
public final class Functions {
    private Functions() {}

    /**
     * Multiplies x by a number. Unlike DJL's {@code mul(Number)}, this method is safe while gradients are recorded: DJL
     * passes a number in JVM memory, which may be freed before the backward pass reads it.
     */
    public static NDArray times(NDArray x, double number) {
        try (NDArray lent = x.getManager().create((float) number);
                NDArray own = lent.duplicate()) {
            return x.mul(own);
        }
    }

    /** x sigmoid(x). */
    public static NDArray silu(NDArray x) {
        try (NDArray sigmoid = Activation.sigmoid(x)) {
            return x.mul(sigmoid);
        }
    }

    /** The exact GELU, which uses the error function. */
    public static NDArray gelu(NDArray x) {
        return Activation.gelu(x);
    }

    /** x sigmoid(1.702 x), the GELU approximation of CLIP. */
    public static NDArray quickGelu(NDArray x) {
        return x.mul(Activation.sigmoid(x.mul(1.702f)));
    }
}
