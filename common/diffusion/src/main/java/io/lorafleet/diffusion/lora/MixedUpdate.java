// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.nn.Adaptation.LayerUpdate;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.Scopes;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The update of a layer for which some rows need more than stacked low-rank factors.
 *
 * @param stack low-rank factors of the first rows; null if no row has any
 */
record MixedUpdate(List<RowRun> runs, @Nullable LowRankStack stack) implements LayerUpdate {

    @Override
    public NDArray addTo(NDArray y, NDArray x) {
        return addTo(y, x, sum -> stack == null ? sum : stack.addTo(sum, x), null);
    }

    @Override
    public NDArray addTo(NDArray y, NDArray x, Conv2d layer) {
        return addTo(y, x, sum -> stack == null ? sum : stack.addTo(sum, x, layer), layer);
    }

    /** DoRA scales the base's output first. The updates that it scales have its scale already. */
    private NDArray addTo(NDArray y, NDArray x, UnaryOperator<NDArray> addStack, @Nullable Conv2d layer) {
        try (NDManager scope = Scopes.open(x, y)) {
            runs.forEach(run -> run.scale(y, layer));
            NDArray sum = addStack.apply(y);
            runs.forEach(run -> run.add(sum, x, layer));
            return scope.ret(sum);
        }
    }
}
