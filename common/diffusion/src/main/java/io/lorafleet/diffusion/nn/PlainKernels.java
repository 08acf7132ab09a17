// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.norm.LayerNorm;

/** The kernels on DJL's array API. */
final class PlainKernels implements Kernels {
    @Override
    public NDArray attention(NDArray q, NDArray k, NDArray v, int heads) {
        return Attention.attend(q, k, v, heads, null);
    }

    @Override
    public NDArray groupNorm(NDArray x, NDArray scale, NDArray shift, int groups, float epsilon) {
        try (NDManager scope = Scopes.open(x)) {
            // A group norm is a layer norm over the values of each group.
            NDArray grouped = x.reshape(x.getShape().get(0), groups, -1);
            Shape values = new Shape(grouped.getShape().get(2));
            NDArray ones = scope.ones(values, x.getDataType());
            NDArray zeros = scope.zeros(values, x.getDataType());
            NDArray normal =
                    LayerNorm.layerNorm(grouped, values, ones, zeros, epsilon).singletonOrThrow();
            Shape perChannel = new Shape(1, -1, 1, 1);
            // The model owns scale and shift. Arrays derived from them must belong to the scope.
            NDArray scaled = normal.reshape(x.getShape()).mul(lent(scale, perChannel, scope));
            return scope.ret(scaled.add(lent(shift, perChannel, scope)));
        }
    }

    private static NDArray lent(NDArray weights, Shape shape, NDManager scope) {
        NDArray view = weights.reshape(shape);
        view.attach(scope);
        return view;
    }

    @Override
    public NDArray groupNormSilu(NDArray x, NDArray scale, NDArray shift, int groups, float epsilon) {
        try (NDManager scope = Scopes.open(x)) {
            NDArray normal = groupNorm(x, scale, shift, groups, epsilon);
            return scope.ret(normal.mul(Activation.sigmoid(normal)));
        }
    }

    @Override
    public NDArray upsample(NDArray x, long height, long width) {
        Shape s = x.getShape();
        try (NDManager scope = Scopes.open(x)) {
            Shape doubled = new Shape(s.get(0), s.get(1), 2 * s.get(2), 2 * s.get(3));
            NDArray repeated = x.expandDims(3)
                    .expandDims(5)
                    .broadcast(new Shape(s.get(0), s.get(1), s.get(2), 2, s.get(3), 2))
                    .reshape(doubled);
            return scope.ret(repeated.get(":, :, :" + height + ", :" + width));
        }
    }

    @Override
    public NDArray geglu(NDArray x) {
        try (NDManager scope = Scopes.open(x)) {
            NDList halves = x.split(2, x.getShape().dimension() - 1);
            return scope.ret(halves.get(0).mul(Functions.gelu(halves.get(1))));
        }
    }

    @Override
    public NDArray addLowRank(NDArray y, NDArray x, NDArray a, NDArray b) {
        try (NDManager scope = Scopes.open(y, x)) {
            long rows = a.getShape().get(0);
            NDIndex first = new NDIndex(":" + rows);
            NDArray tokens = x.get(first).reshape(rows, -1, a.getShape().get(1));
            NDArray sum = y.get(first);
            sum.addi(tokens.matMul(a).matMul(b).reshape(sum.getShape())); // a view, so this changes y
            return scope.ret(y);
        }
    }

    @Override
    public NDArray addLowRankPointwise(NDArray y, NDArray x, NDArray a, NDArray b) {
        try (NDManager scope = Scopes.open(y, x)) {
            // The transposed arrays are views, so this call modifies y.
            addLowRank(y.transpose(0, 2, 3, 1), x.transpose(0, 2, 3, 1), a, b);
            return scope.ret(y);
        }
    }
}
