// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.unet.Conditioning;
import java.util.ArrayList;
import java.util.List;

/** What the UNet is told of some prompts, in the host's memory, to be laid together anew for each batch. */
final class Texts {
    /** Prompts that are encoded together. */
    private static final int AT_ONCE = 16;

    private final List<Row> rows = new ArrayList<>();
    private Shape context;
    private Shape pooled;
    private Shape sizes;

    /** The last two are null where the model does not take them. */
    private record Row(float[] context, float[] pooled, float[] sizes) {}

    Texts(StableDiffusion model, List<String> prompts, int width, int height) {
        for (int first = 0; first < prompts.size(); first += AT_ONCE) {
            List<String> some = prompts.subList(first, Math.min(first + AT_ONCE, prompts.size()));
            try (NDManager scope = model.owner().newSubManager()) {
                Conditioning encoded = model.prompts().encode(some, width, height, scope);
                context = encoded.context().getShape().slice(1);
                pooled = encoded.pooled() == null
                        ? null
                        : encoded.pooled().getShape().slice(1);
                sizes = encoded.sizes() == null
                        ? null
                        : encoded.sizes().getShape().slice(1);
                for (int i = 0; i < some.size(); i++) {
                    rows.add(new Row(row(encoded.context(), i), row(encoded.pooled(), i), row(encoded.sizes(), i)));
                }
            }
        }
    }

    private static float[] row(NDArray rows, int index) {
        if (rows == null) {
            return null;
        }
        try (NDArray row = rows.get(index)) {
            return row.toFloatArray();
        }
    }

    /** @param prompts indices @param scope owns the result */
    Conditioning of(int[] prompts, NDManager scope) {
        List<Row> chosen = new ArrayList<>();
        for (int prompt : prompts) {
            chosen.add(rows.get(prompt));
        }
        return new Conditioning(
                HostRows.rows(chosen.stream().map(Row::context).toList(), context, scope),
                pooled == null
                        ? null
                        : HostRows.rows(chosen.stream().map(Row::pooled).toList(), pooled, scope),
                sizes == null
                        ? null
                        : HostRows.rows(chosen.stream().map(Row::sizes).toList(), sizes, scope));
    }
}
