package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.Kernels;
import io.lorafleet.diffusion.nn.Scopes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The adapters of one batch: each row has its own, or none. For each layer the rows' factors are stacked, the smaller
 * ranks padded with zeros, so that {@code y += scale B (A x)} is two batched products however the rows are mixed.
 */
public final class RowAdapters implements Adaptation, AutoCloseable {
    private final DataType type;
    private final NDManager owner;
    private final Map<String, Stack> stacks = new HashMap<>();

    /**
     * A row's adapter.
     *
     * @param scale the request's factor, on top of the adapter's own
     */
    public record Row(LoraAdapter adapter, double scale) {}

    /**
     * The factors of one layer for all rows; N rows, r the largest rank.
     *
     * @param a as the layer multiplies it: (N, in, r) for a linear layer, (N r, in, k, k) for a convolution
     * @param b likewise (N, r, out) or (N, out, r), the scales multiplied in
     */
    private record Stack(NDArray a, NDArray b) {}

    private RowAdapters(DataType type, NDManager owner) {
        this.type = type;
        this.owner = owner;
    }

    /**
     * @param rows one for each row of the batch; null where the row has none
     * @param type that the UNet computes with
     * @param parent of the manager that will own the stacks
     * @return to be closed by the caller
     */
    public static RowAdapters stack(List<Row> rows, DataType type, NDManager parent) {
        RowAdapters stacked = new RowAdapters(type, parent.newSubManager());
        Set<String> layers = new HashSet<>();
        rows.stream()
                .filter(Objects::nonNull)
                .forEach(row -> layers.addAll(row.adapter().updates().keySet()));
        for (String layer : layers) {
            stacked.stacks.put(layer, stacked.stack(layer, rows));
        }
        return stacked;
    }

    private Stack stack(String layer, List<Row> rows) {
        List<LoraAdapter.Update> updates = rows.stream()
                .map(row -> row == null ? null : row.adapter().updates().get(layer))
                .toList();
        LoraAdapter.Update any =
                updates.stream().filter(Objects::nonNull).findAny().orElseThrow();
        int most = updates.stream()
                .filter(Objects::nonNull)
                .mapToInt(LoraAdapter.Update::rank)
                .max()
                .orElseThrow();
        Shape in = any.a().getShape().slice(1);
        long out = any.b().getShape().get(0);
        try (NDManager scope = owner.newSubManager()) {
            NDList as = new NDList();
            NDList bs = new NDList();
            for (int row = 0; row < rows.size(); row++) {
                LoraAdapter.Update update = updates.get(row);
                if (update == null) {
                    as.add(scope.zeros(new Shape(most).addAll(in)));
                    bs.add(scope.zeros(new Shape(out, most)));
                    continue;
                }
                // A product belongs to the manager of its first factor, which must be the scope, not the adapter.
                float scale = (float) (update.scale() * rows.get(row).scale());
                as.add(padded(update.a(), new Shape(most).addAll(in), ":" + update.rank(), scope));
                bs.add(padded(
                        scope.create(scale).mul(update.b()), new Shape(out, most), ":, :" + update.rank(), scope));
            }
            NDArray a = NDArrays.stack(as).toType(type, false);
            NDArray b = NDArrays.stack(bs).toType(type, false);
            a.attach(owner);
            b.attach(owner);
            return in.dimension() == 1 ? new Stack(transposed(a), transposed(b)) : new Stack(flattenRows(a), b);
        }
    }

    /** @param place where the factor goes in the zeros around it */
    private static NDArray padded(NDArray factor, Shape shape, String place, NDManager scope) {
        if (factor.getShape().equals(shape)) {
            return factor;
        }
        NDArray zeros = scope.zeros(shape);
        zeros.set(new NDIndex(place), factor);
        return zeros;
    }

    /** (N, rows, columns) to (N, columns, rows). */
    private static NDArray transposed(NDArray factors) {
        try (factors) {
            return factors.swapAxes(1, 2);
        }
    }

    /** (N, r, in, k, k) to (N r, in, k, k). */
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
        if (stack == null) {
            return y;
        }
        try (NDManager scope = Scopes.open(x, y)) {
            Shape shape = x.getShape();
            NDArray tokens = x.reshape(shape.get(0), -1, shape.get(shape.dimension() - 1)); // (N, T, in)
            NDArray sum =
                    y.reshape(shape.get(0), -1, y.getShape().get(y.getShape().dimension() - 1)); // (N, T, out)
            return scope.ret(
                    Kernels.get().addLowRank(sum, tokens, stack.a(), stack.b()).reshape(y.getShape()));
        }
    }

    @Override
    public NDArray conv(Conv2d layer, NDArray x, NDArray y) {
        Stack stack = stacks.get(layer.name());
        if (stack == null) {
            return y;
        }
        try (NDManager scope = Scopes.open(x, y)) {
            Shape in = x.getShape();
            long rows = in.get(0);
            // Every row has its own kernel: the rows become groups of channels of a single picture.
            NDArray side = x.reshape(1, rows * in.get(1), in.get(2), in.get(3));
            NDArray low = layer.convolve(side, stack.a(), null, Math.toIntExact(rows)); // (1, N r, H', W')
            NDArray update =
                    stack.b().matMul(low.reshape(rows, stack.b().getShape().get(2), -1)); // (N, out, H' W')
            return scope.ret(y.addi(update.reshape(y.getShape())));
        }
    }

    /** Frees the stacks. */
    @Override
    public void close() {
        owner.close();
    }
}
