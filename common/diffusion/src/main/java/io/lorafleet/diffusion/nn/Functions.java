// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/** Functions without weights. */
public final class Functions {
    private Functions() {}

    /**
     * A number times x. Unlike DJL's own {@code mul(Number)}, it is safe where gradients are recorded: that one shows
     * PyTorch a number in the virtual machine's memory, which may be gone when the backward pass reads it.
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

    /** The exact form, with the error function. */
    public static NDArray gelu(NDArray x) {
        return Activation.gelu(x);
    }

    /** x sigmoid(1.702 x), the approximation that CLIP was trained with. */
    public static NDArray quickGelu(NDArray x) {
        return x.mul(Activation.sigmoid(x.mul(1.702f)));
    }
}
