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
import org.jspecify.annotations.Nullable;

/**
 * The adapters of one batch. Each row has zero or more adapters. For each layer, the rows' factors are stacked and
 * smaller ranks are padded with zeros, so {@code y += scale B (A x)} is two batched products for any mix of rows. If a
 * row has several adapters, their factors are concatenated along the rank, which adds their updates.
 *
 * <p>Rows after the last one with an adapter need no computation, so rows without adapters should be at the end of a
 * batch.
 */
public final class RowAdapters implements Adaptation, AutoCloseable {
    private final NDManager owner;
    private final Map<String, Stack> stacks = new HashMap<>();

    /**
     * An adapter of a row.
     *
     * @param adapter adapter on the device
     * @param scale adapter scale of the request, which multiplies the adapter's own scale
     */
    public record Applied(DeviceAdapter adapter, double scale) {}

    /**
     * The stacked factors of one layer, for the first n rows; r is the largest rank.
     *
     * @param a factors A: (n, in, r), or (n r, in, k, k) for a convolution larger than 1x1
     * @param b factors B with all scales: (n, r, out) or (n, out, r)
     */
    private record Stack(NDArray a, NDArray b) implements LayerUpdate {

        @Override
        public NDArray addTo(NDArray y, NDArray x) {
            return Kernels.get().addLowRank(y, x, a, b);
        }

        @Override
        public NDArray addTo(NDArray y, NDArray x, Conv2d layer) {
            return a.getShape().dimension() == 3
                    ? Kernels.get().addLowRankPointwise(y, x, a, b)
                    : addConvolution(y, x, layer);
        }

        private NDArray addConvolution(NDArray y, NDArray x, Conv2d layer) {
            try (NDManager scope = Scopes.open(x, y)) {
                long rows = b.getShape().get(0);
                NDIndex first = new NDIndex(":" + rows);
                NDArray adapted = x.get(first);
                Shape in = adapted.getShape();
                // Every row has its own kernel, so a grouped convolution treats the rows as channel groups of one
                // image.
                NDArray side = adapted.reshape(1, rows * in.get(1), in.get(2), in.get(3));
                NDArray low = layer.convolve(side, a, null, Math.toIntExact(rows)); // (1, n r, H', W')
                NDArray update = b.matMul(low.reshape(rows, b.getShape().get(2), -1)); // (n, out, H' W')
                update.attach(scope); // otherwise, the first operand's longer-lived manager owns it
                NDArray sum = y.get(first);
                sum.addi(update.reshape(sum.getShape())); // a view, so this changes y
                return scope.ret(y);
            }
        }
    }

    private RowAdapters(NDManager owner) {
        this.owner = owner;
    }

    /**
     * Stacks a batch's adapters.
     *
     * @param rows adapters of each row; an empty list for a row without adapters
     * @param type data type of the UNet
     * @param parent parent of the manager that owns the stacks
     * @return the stacked adapters, to be closed by the caller. The adapters in {@code rows} can be closed before them
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

    /** @param like the layer's factors in any of the adapters; only their shapes are used */
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
                as.add(padded(a, like.rankAxis(), rank, like.a().getShape(), type, scope));
                bs.add(padded(b, 1 - like.rankAxis(), rank, like.b().getShape(), type, scope));
            }
            NDArray a = stacked(as);
            NDArray b = stacked(bs);
            a.attach(owner);
            b.attach(owner);
            return new Stack(like.matrices() ? a : flattenRows(a), b);
        }
    }

    /** @return an array (n, ...); a view if there is one row */
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

    /** @return the factors concatenated along the rank, padded with zeros */
    private static NDArray padded(NDList factors, int axis, int rank, Shape like, DataType type, NDManager scope) {
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
    public @Nullable LayerUpdate update(String layer) {
        return stacks.get(layer);
    }

    /** Frees the stacks. */
    @Override
    public void close() {
        owner.close();
    }
}
