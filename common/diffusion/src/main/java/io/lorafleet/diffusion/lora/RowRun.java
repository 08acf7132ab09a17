// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.lora.RowAdapters.Applied;
import io.lorafleet.diffusion.nn.Conv2d;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adjacent rows with the same adapters, and what must be applied to them in addition to the stacked low-rank factors.
 *
 * @param rows index of the rows in the batch
 * @param outputScales DoRA's scale of the base's output channels (out); null without DoRA
 * @param shift bias times (1 - scale), because the bias is not scaled (out); null without DoRA or bias
 * @param products updates without a low rank
 */
record RowRun(
        NDIndex rows,
        @Nullable NDArray outputScales,
        @Nullable NDArray shift,
        List<ScaledProduct> products) {

    /** @param outputScales DoRA's scale of the update's output channels (out); null without DoRA */
    private record ScaledProduct(
            WeightProduct product, double scale, @Nullable NDArray outputScales) {}

    /** @param owner manager that owns the arrays @return the runs for which the low-rank factors are not enough */
    static List<RowRun> of(List<List<Applied>> adapters, List<LayerRow> rows, DataType type, NDManager owner) {
        List<RowRun> runs = new ArrayList<>();
        int start = 0;
        while (start < rows.size()) {
            int end = start + 1;
            while (end < rows.size() && adapters.get(end).equals(adapters.get(start))) {
                end++;
            }
            if (rows.get(start).hasMoreThanLowRank()) {
                runs.add(of(new NDIndex(start + ":" + end), rows.get(start), type, owner));
            }
            start = end;
        }
        return runs;
    }

    private static RowRun of(NDIndex rows, LayerRow row, DataType type, NDManager owner) {
        NDArray scales = null;
        NDArray shift = null;
        if (row.outputScales() != null) {
            scales = vector(row.outputScales(), type, owner);
            shift = row.bias() == null ? null : vector(shift(row.bias(), row.outputScales()), type, owner);
        }
        List<ScaledProduct> products = new ArrayList<>();
        for (LayerRow.Part part : row.parts()) {
            WeightProduct product = part.layer().product();
            if (product != null) {
                products.add(new ScaledProduct(
                        product.viewedBy(owner),
                        part.scale(),
                        part.outputScales() == null ? null : vector(part.outputScales(), type, owner)));
            }
        }
        return new RowRun(rows, scales, shift, products);
    }

    private static float[] shift(float[] bias, float[] scales) {
        float[] shift = new float[bias.length];
        for (int i = 0; i < shift.length; i++) {
            shift[i] = bias[i] * (1 - scales[i]);
        }
        return shift;
    }

    private static NDArray vector(float[] values, DataType type, NDManager owner) {
        return owner.create(values).toType(type, false);
    }

    /** Scales the base's output in place. */
    void scale(NDArray y, @Nullable Conv2d layer) {
        if (outputScales != null) {
            NDArray own = y.get(rows); // a view, so this changes y
            own.muli(channels(outputScales, layer, y.getManager()));
            if (shift != null) {
                own.addi(channels(shift, layer, y.getManager()));
            }
        }
    }

    /** Adds the products to the output in place. */
    void add(NDArray y, NDArray x, @Nullable Conv2d layer) {
        for (ScaledProduct each : products) {
            NDArray update = each.product().apply(x.get(rows), layer);
            if (each.scale() != 1) {
                update.muli((float) each.scale());
            }
            if (each.outputScales() != null) {
                update.muli(channels(each.outputScales(), layer, y.getManager()));
            }
            y.get(rows).addi(update);
        }
    }

    /** (out) to a shape that broadcasts over (n, ..., out), or over (n, out, H, W) for a convolution. */
    private static NDArray channels(NDArray vector, @Nullable Conv2d layer, NDManager scope) {
        NDArray view = layer == null ? vector.reshape(-1) : vector.reshape(-1, 1, 1);
        view.attach(scope); // otherwise, the run's longer-lived manager owns it
        return view;
    }
}
