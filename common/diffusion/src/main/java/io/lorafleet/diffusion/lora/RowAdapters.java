// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.text.EmbeddedWord;
import io.lorafleet.diffusion.text.PromptAdaptation;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The adapters of one batch. Each row has zero or more adapters. For each layer, the rows' factors are stacked and
 * smaller ranks are padded with zeros, so {@code y += scale B (A x)} is two batched products for any mix of rows. If a
 * row has several adapters, their factors are concatenated along the rank, which adds their updates.
 *
 * <p>LoHa, LoKr and DoRA's scale of the output are applied to the rows that have them, a run of adjacent rows with the
 * same adapters at a time. Other rows need no computation for them.
 *
 * <p>Rows after the last one with an adapter need no computation, so rows without adapters should be at the end of a
 * batch.
 */
public final class RowAdapters implements Adaptation, AutoCloseable {
    private final NDManager owner;
    private final Map<String, LayerUpdate> updates = new HashMap<>();

    /**
     * An adapter of a row.
     *
     * @param adapter adapter on the device
     * @param scale adapter scale of the request, which multiplies the adapter's own scale. It has no effect on an
     *     embedding, whose word can have a weight in the prompt
     * @param triggerWord word in the prompt that an embedding's vectors replace; null if the adapter is not an embedding
     */
    public record Applied(
            DeviceAdapter adapter, double scale, @Nullable String triggerWord) {
        public Applied {
            if ((triggerWord == null) != adapter.vectors().isEmpty()) {
                throw new IllegalArgumentException("trigger word: expected "
                        + (triggerWord == null ? "one for an embedding" : "none without an embedding"));
            }
        }

        /** Applies an adapter that is not an embedding. */
        public Applied(DeviceAdapter adapter, double scale) {
            this(adapter, scale, null);
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
        return new RowAdapters(parent.newSubManager()).stack(rows, DeviceAdapter::layers, type);
    }

    /**
     * @param prompts adapters of each prompt, which are stacked when the prompts are encoded
     * @return the adapters' updates of the text encoders, and the words of the embeddings
     */
    public static PromptAdaptation ofPrompts(List<List<Applied>> prompts) {
        return new PromptAdaptation() {
            @Override
            public Adaptation of(int encoder, int chunks, NDManager scope) {
                List<List<Applied>> rows = prompts.stream()
                        .flatMap(adapters -> Collections.nCopies(chunks, adapters).stream())
                        .toList();
                return new RowAdapters(scope.newSubManager())
                        .stack(rows, adapter -> adapter.textLayers(encoder), DeviceAdapter.TEXT_TYPE);
            }

            @Override
            public List<EmbeddedWord> words(int prompt) {
                return RowAdapters.words(prompts.get(prompt));
            }
        };
    }

    /** @return the words of the embeddings */
    public static List<EmbeddedWord> words(List<Applied> adapters) {
        return adapters.stream()
                .filter(applied -> applied.triggerWord() != null)
                .map(applied -> new EmbeddedWord(
                        Objects.requireNonNull(applied.triggerWord()),
                        applied.adapter().vectors()))
                .toList();
    }

    private RowAdapters stack(
            List<List<Applied>> rows,
            Function<DeviceAdapter, Map<String, DeviceFactors.Layer>> layersOf,
            DataType type) {
        int adapted = rows.size();
        while (adapted > 0 && rows.get(adapted - 1).isEmpty()) {
            adapted--;
        }
        Set<String> layers = new LinkedHashSet<>();
        rows.forEach(row -> row.forEach(
                applied -> layers.addAll(layersOf.apply(applied.adapter()).keySet())));
        for (String layer : layers) {
            updates.put(layer, update(layer, rows.subList(0, adapted), layersOf, type));
        }
        return this;
    }

    /** @param rows adapters of the first rows */
    private LayerUpdate update(
            String layer,
            List<List<Applied>> rows,
            Function<DeviceAdapter, Map<String, DeviceFactors.Layer>> layersOf,
            DataType type) {
        List<LayerRow> layerRows =
                rows.stream().map(row -> LayerRow.of(layer, row, layersOf)).toList();
        LowRankStack stack = LowRankStack.of(layerRows, type, owner);
        List<RowRun> runs = RowRun.of(rows, layerRows, type, owner);
        return stack != null && runs.isEmpty() ? stack : new MixedUpdate(runs, stack);
    }

    @Override
    public @Nullable LayerUpdate update(String layer) {
        return updates.get(layer);
    }

    /** Frees the stacks. */
    @Override
    public void close() {
        owner.close();
    }
}
