// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.nn.Conv2d;
import org.jspecify.annotations.Nullable;

/**
 * A layer's update that has no low rank, on a device. Rows with different updates of this kind cannot be stacked, so
 * {@link RowAdapters} applies each to its own rows.
 */
sealed interface WeightProduct {
    /**
     * Applies the update.
     *
     * @param x input rows (n, ..., in), or (n, in, H, W) for a convolution, owned by a short-lived manager
     * @param layer the base layer if it is a convolution, or null
     * @return (n, ..., out) or (n, out, H', W'), owned by the manager of {@code x}
     */
    NDArray apply(NDArray x, @Nullable Conv2d layer);

    /** @param owner manager of the views @return the same update with its own views of the factors */
    WeightProduct viewedBy(NDManager owner);

    /**
     * LoHa: {@code (b1 a1) * (b2 a2)}. The weights are computed for each call, which costs less than applying them, and
     * freed after it, because the weights of all layers would need as much memory as the base.
     *
     * @param a1 (r, in) or (r, in, k, k)
     * @param b1 (out, r), multiplied by the adapter's own scale
     */
    record Hadamard(NDArray a1, NDArray b1, NDArray a2, NDArray b2) implements WeightProduct {
        @Override
        public NDArray apply(NDArray x, @Nullable Conv2d layer) {
            NDManager scope = x.getManager();
            Shape kernel = new Shape(b1.getShape().get(0)).addAll(a1.getShape().slice(1));
            NDArray weight = product(b1, a1, scope).mul(product(b2, a2, scope)).reshape(kernel);
            return layer == null
                    ? ai.djl.nn.core.Linear.linear(x, weight, null).singletonOrThrow()
                    : layer.convolve(x, weight, null, 1);
        }

        /** The factors outlive the scope, so results must be attached to it. */
        private static NDArray product(NDArray b, NDArray a, NDManager scope) {
            try (NDArray matrix = a.reshape(a.getShape().get(0), -1)) {
                NDArray product = b.matMul(matrix);
                product.attach(scope);
                return product;
            }
        }

        @Override
        public WeightProduct viewedBy(NDManager owner) {
            return new Hadamard(view(a1, owner), view(b1, owner), view(a2, owner), view(b2, owner));
        }
    }

    /**
     * LoKr. An input of q groups of n channels becomes p groups of m channels: the inner factor is applied to each
     * group, and the outer factor then mixes the groups.
     *
     * @param outer (p, q), multiplied by the adapter's own scale
     * @param inner (m, n) or (m, n, k, k)
     */
    record Kronecker(NDArray outer, NDArray inner) implements WeightProduct {
        @Override
        public NDArray apply(NDArray x, @Nullable Conv2d layer) {
            return layer == null ? tokens(x) : map(x, layer);
        }

        private NDArray tokens(NDArray x) {
            Shape shape = x.getShape();
            long groups = outer.getShape().get(1);
            NDArray mixed = ai.djl.nn.core.Linear.linear(
                            x.reshape(-1, groups, inner.getShape().get(1)), inner, null)
                    .singletonOrThrow(); // (tokens, q, m)
            NDArray out = ai.djl.nn.core.Linear.linear(mixed.transpose(0, 2, 1), outer, null)
                    .singletonOrThrow(); // (tokens, m, p)
            return out.transpose(0, 2, 1)
                    .reshape(shape.slice(0, shape.dimension() - 1).add(outputs()));
        }

        private NDArray map(NDArray x, Conv2d layer) {
            Shape shape = x.getShape();
            long rows = shape.get(0);
            long groups = outer.getShape().get(1);
            NDArray split = x.reshape(rows * groups, inner.getShape().get(1), shape.get(2), shape.get(3));
            NDArray low = layer.convolve(split, inner, null, 1); // (rows q, m, H', W')
            Shape size = low.getShape().slice(2);
            NDArray out = outer.matMul(low.reshape(rows, groups, -1)); // (rows, p, m H' W')
            out.attach(x.getManager());
            return out.reshape(new Shape(rows, outputs()).addAll(size));
        }

        private long outputs() {
            return outer.getShape().get(0) * inner.getShape().get(0);
        }

        @Override
        public WeightProduct viewedBy(NDManager owner) {
            return new Kronecker(view(outer, owner), view(inner, owner));
        }
    }

    private static NDArray view(NDArray array, NDManager owner) {
        NDArray view = array.reshape(array.getShape());
        view.attach(owner);
        return view;
    }
}
