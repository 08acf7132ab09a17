package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
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

    /**
     * Doubles height and width by repeating each value, then cuts to the size asked for, which may be one less: the
     * size that a halving convolution came from.
     *
     * @param x (N, C, H, W) @return (N, C, height, width)
     */
    public static NDArray upsampleNearest(NDArray x, long height, long width) {
        Shape s = x.getShape();
        long n = s.get(0);
        long c = s.get(1);
        long h = s.get(2);
        long w = s.get(3);
        NDArray doubled = x.reshape(n, c, h, 1, w, 1)
                .broadcast(new Shape(n, c, h, 2, w, 2))
                .reshape(n, c, 2 * h, 2 * w);
        return 2 * h == height && 2 * w == width ? doubled : doubled.get(":, :, :" + height + ", :" + width);
    }
}
