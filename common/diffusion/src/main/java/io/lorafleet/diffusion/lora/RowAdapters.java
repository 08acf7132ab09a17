// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.DeviceAdapter.Factors;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.Kernels;
import io.lorafleet.diffusion.nn.Scopes;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The adapters of one batch: each row has its own, several, or none. For each layer the rows' factors are stacked, the
 * smaller ranks padded with zeros, so that {@code y += scale B (A x)} is two batched products however the rows are
 * mixed. A row's several adapters add up: their factors lie side by side, as one of the sum of their ranks.
 *
 * <p>Rows behind the last adapted one cost nothing, so a batch should have those without adapters at its end.
 */
public final class RowAdapters implements Adaptation, AutoCloseable {
    private final NDManager owner;
    private final Map<String, Stack> stacks = new HashMap<>();

    /**
     * An adapter on a row.
     *
     * @param scale the request's factor, on top of the adapter's own
     */
    public record Applied(DeviceAdapter adapter, double scale) {}

    /**
     * The factors of one layer for the first n rows; r the largest rank.
     *
     * @param a as the layer multiplies it: (n, in, r), or (n r, in, k, k) for a convolution of more than one pixel
     * @param b likewise (n, r, out) or (n, out, r), the scales multiplied in
     */
    private record Stack(NDArray a, NDArray b) {}

    private RowAdapters(NDManager owner) {
        this.owner = owner;
    }

    /**
     * @param rows one list for each row of the batch; empty where the row has no adapter
     * @param type that the UNet computes with
     * @param parent of the manager that will own the stacks
     * @return to be closed by the caller; the adapters may be closed before
     */
    public static RowAdapters stack(List<List<Applied>> rows, DataType type, NDManager parent) {
        RowAdapters stacked = new RowAdapters(parent.newSubManager());
        int adapted = rows.size();
        while (adapted > 0 && rows.get(adapted - 1).isEmpty()) {
            adapted--;
        }
        Map<String, Factors> layers = new LinkedHashMap<>();
        rows.forEach(
                row -> row.forEach(applied -> layers.putAll(applied.adapter().layers())));
        for (Map.Entry<String, Factors> layer : layers.entrySet()) {
            stacked.stacks.put(
                    layer.getKey(), stacked.stack(layer.getKey(), layer.getValue(), rows.subList(0, adapted), type));
        }
        return stacked;
    }

    /** @param like the layer's factors of any adapter */
    private Stack stack(String layer, Factors like, List<List<Applied>> rows, DataType type) {
        int rank = rows.stream().mapToInt(row -> rank(layer, row)).max().orElseThrow();
        try (NDManager scope = owner.newSubManager()) {
            NDList as = new NDList();
            NDList bs = new NDList();
            for (List<Applied> row : rows) {
                NDList a = new NDList();
                NDList b = new NDList();
                for (Applied applied : row) {
                    Factors factors = applied.adapter().layers().get(layer);
                    if (factors != null) {
                        a.add(factors.a());
                        b.add(scaled(factors.b(), applied.scale(), scope));
                    }
                }
                as.add(filled(a, like.rankAxis(), rank, like.a().getShape(), type, scope));
                bs.add(filled(b, 1 - like.rankAxis(), rank, like.b().getShape(), type, scope));
            }
            NDArray a = stacked(as);
            NDArray b = stacked(bs);
            a.attach(owner);
            b.attach(owner);
            return new Stack(like.matrices() ? a : flattenRows(a), b);
        }
    }

    /** @return (n, ...); of a single row no copy */
    private static NDArray stacked(NDList rows) {
        return rows.size() == 1 ? rows.get(0).expandDims(0) : NDArrays.stack(rows);
    }

    private static int rank(String layer, List<Applied> row) {
        return row.stream()
                .map(applied -> applied.adapter().layers().get(layer))
                .mapToInt(factors -> factors == null ? 0 : factors.rank())
                .sum();
    }

    private static NDArray scaled(NDArray b, double scale, NDManager scope) {
        return scale == 1
                ? b
                : scope.create((float) scale).toType(b.getDataType(), false).mul(b);
    }

    /** @return the factors side by side, with zeros behind them up to the rank */
    private static NDArray filled(NDList factors, int axis, int rank, Shape like, DataType type, NDManager scope) {
        long filled =
                factors.stream().mapToLong(each -> each.getShape().get(axis)).sum();
        NDList parts = new NDList(factors);
        if (filled < rank) {
            long[] shape = like.getShape().clone();
            shape[axis] = rank - filled;
            parts.add(scope.zeros(new Shape(shape), type));
        }
        if (parts.size() == 1) {
            return parts.get(0);
        }
        NDArray whole = NDArrays.concat(parts, axis);
        whole.attach(scope);
        return whole;
    }

    /** (n, r, in, k, k) to (n r, in, k, k). */
    private static NDArray flattenRows(NDArray a) {
        try (a) {
            return a.reshape(new Shape(-1).addAll(a.getShape().slice(2)));
        }
    }

    @Override
    public boolean adapts(String layer) {
        return stacks.containsKey(layer);
    }

    @Override
    public NDArray linear(String layer, NDArray x, NDArray y) {
        Stack stack = stacks.get(layer);
        return stack == null ? y : Kernels.get().addLowRank(y, x, stack.a(), stack.b());
    }

    @Override
    public NDArray conv(Conv2d layer, NDArray x, NDArray y) {
        Stack stack = stacks.get(layer.name());
        if (stack == null) {
            return y;
        }
        return stack.a().getShape().dimension() == 3
                ? Kernels.get().addLowRankPointwise(y, x, stack.a(), stack.b())
                : addConvolution(layer, x, y, stack);
    }

    private static NDArray addConvolution(Conv2d layer, NDArray x, NDArray y, Stack stack) {
        try (NDManager scope = Scopes.open(x, y)) {
            long rows = stack.b().getShape().get(0);
            NDIndex first = new NDIndex(":" + rows);
            NDArray adapted = x.get(first);
            Shape in = adapted.getShape();
            // Every row has its own kernel: the rows become groups of channels of a single image.
            NDArray side = adapted.reshape(1, rows * in.get(1), in.get(2), in.get(3));
            NDArray low = layer.convolve(side, stack.a(), null, Math.toIntExact(rows)); // (1, n r, H', W')
            NDArray update =
                    stack.b().matMul(low.reshape(rows, stack.b().getShape().get(2), -1)); // (n, out, H' W')
            update.attach(scope); // else it belongs to the manager of its first operand, and stays as long
            NDArray sum = y.get(first);
            sum.addi(update.reshape(sum.getShape())); // a view, so it is y that changes
            return scope.ret(y);
        }
    }

    /** Frees the stacks. */
    @Override
    public void close() {
        owner.close();
    }
}
