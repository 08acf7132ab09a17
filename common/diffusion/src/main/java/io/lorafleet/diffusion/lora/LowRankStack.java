// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.DeviceFactors.LowRankFactors;
import io.lorafleet.diffusion.lora.LayerRow.LowRankPart;
import io.lorafleet.diffusion.nn.Adaptation.LayerUpdate;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.Kernels;
import io.lorafleet.diffusion.nn.Scopes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The stacked low-rank factors of one layer, for the first n rows; r is the largest rank.
 *
 * @param a factors A: (n, in, r), or (n r, in, k, k) for a convolution larger than 1x1
 * @param b factors B with all scales: (n, r, out) or (n, out, r)
 */
record LowRankStack(NDArray a, NDArray b) implements LayerUpdate {

    /** @param owner manager that owns the stack @return the stack; null if no row has low-rank factors */
    static @Nullable LowRankStack of(List<LayerRow> rows, DataType type, NDManager owner) {
        LowRankFactors like = rows.stream()
                .flatMap(LayerRow::lowRanks)
                .map(LowRankPart::factors)
                .findFirst()
                .orElse(null);
        if (like == null) {
            return null;
        }
        int rank = rows.stream().mapToInt(LayerRow::rank).max().orElseThrow();
        try (NDManager scope = owner.newSubManager()) {
            NDList as = new NDList();
            NDList bs = new NDList();
            for (LayerRow row : rows) {
                NDList a = new NDList();
                NDList b = new NDList();
                row.lowRanks().forEach(part -> {
                    a.add(part.factors().a());
                    b.add(scaledB(part, scope));
                });
                as.add(padded(a, like.rankAxis(), rank, like.a().getShape(), type, scope));
                bs.add(padded(b, 1 - like.rankAxis(), rank, like.b().getShape(), type, scope));
            }
            NDArray a = stacked(as);
            NDArray b = stacked(bs);
            a.attach(owner);
            b.attach(owner);
            return new LowRankStack(like.matrices() ? a : flattenRows(a), b);
        }
    }

    /** @return an array (n, ...); a view if there is one row */
    private static NDArray stacked(NDList rows) {
        return rows.size() == 1 ? rows.get(0).expandDims(0) : NDArrays.stack(rows);
    }

    /** @return factor B with the request's scale, and with DoRA's scale of the output channels */
    private static NDArray scaledB(LowRankPart part, NDManager scope) {
        NDArray b = part.factors().b();
        if (part.scale() != 1) {
            b = scope.create((float) part.scale())
                    .toType(b.getDataType(), false)
                    .mul(b);
        }
        if (part.outputScales() != null) {
            NDArray scales = scope.create(part.outputScales()).toType(b.getDataType(), false);
            b = (part.factors().matrices() ? scales : scales.expandDims(1)).mul(b);
        }
        return b;
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
            // Every row has its own kernel, so a grouped convolution treats the rows as channel groups of one image.
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
