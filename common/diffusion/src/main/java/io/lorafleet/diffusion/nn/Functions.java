package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/** Functions without weights. */
public final class Functions {
    private Functions() {}

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
