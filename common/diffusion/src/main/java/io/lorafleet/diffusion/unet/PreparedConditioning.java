// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Scopes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a {@link Conditioning} that do not change between steps, computed once.
 *
 * @param keysValues keys and values of each cross-attention, by block name. Rows with the same number of text states
 *     are stacked; adjacent elements of the list have different numbers
 * @param addition vector to add to the time embedding (N, time width); null for models other than SDXL
 */
public record PreparedConditioning(
        Map<String, List<KeysValues>> keysValues, @Nullable NDArray addition) {

    /** Keys (n, S, C) and values (n, S, C) of a cross-attention layer, for n rows with S text states. */
    record KeysValues(NDArray keys, NDArray values) {
        long rows() {
            return keys.getShape().get(0);
        }

        long states() {
            return keys.getShape().get(1);
        }
    }

    public PreparedConditioning {
        keysValues = Map.copyOf(keysValues);
    }

    /** @return the prepared conditioning of a network with these cross-attentions, attached to the context's manager */
    static PreparedConditioning of(
            Stream<SpatialTransformer> attentions,
            TimeEmbedding timeEmbedding,
            DataType type,
            Conditioning conditioning,
            Adaptation adaptation) {
        try (NDManager scope = Scopes.open(conditioning.context())) {
            NDManager owner = scope.getParentManager();
            NDArray context = conditioning.context().toType(type, false);
            Map<String, List<KeysValues>> keysValues = new HashMap<>();
            attentions
                    .flatMap(attention -> attention.blocks().stream())
                    .forEach(block -> keysValues.put(block.name(), List.of(block.prepare(context, adaptation))));
            PreparedConditioning prepared =
                    new PreparedConditioning(keysValues, timeEmbedding.addition(conditioning, adaptation));
            prepared.attach(owner);
            return prepared;
        }
    }

    /**
     * Concatenates the rows of several prompts. Prompts with different numbers of text states are not padded to the same
     * number, so that a row's output does not depend on the other rows.
     *
     * @param parts prepared conditionings of the same model
     * @param owner manager that owns the result
     * @return a copy with the rows of all parts, in order
     */
    public static PreparedConditioning concat(List<PreparedConditioning> parts, NDManager owner) {
        Map<String, List<KeysValues>> all = new HashMap<>();
        for (String block : parts.get(0).keysValues().keySet()) {
            all.put(
                    block,
                    stacked(parts.stream()
                            .flatMap(part -> part.keysValues(block).stream())
                            .toList()));
        }
        NDArray addition = parts.get(0).addition() == null ? null : rows(parts, PreparedConditioning::addition);
        PreparedConditioning whole = new PreparedConditioning(all, addition);
        whole.attach(owner);
        return whole;
    }

    /** Stacks each run of elements that have the same number of text states. */
    private static List<KeysValues> stacked(List<KeysValues> each) {
        List<KeysValues> stacked = new ArrayList<>();
        int start = 0;
        for (int end = 1; end <= each.size(); end++) {
            if (end == each.size() || each.get(end).states() != each.get(start).states()) {
                List<KeysValues> run = each.subList(start, end);
                stacked.add(new KeysValues(rows(run, KeysValues::keys), rows(run, KeysValues::values)));
                start = end;
            }
        }
        return stacked;
    }

    private static <T> NDArray rows(List<T> parts, Function<T, NDArray> array) {
        return NDArrays.concat(new NDList(parts.stream().map(array).toList()), 0);
    }

    List<KeysValues> keysValues(String block) {
        return Objects.requireNonNull(keysValues.get(block), block);
    }

    /** @return this row alone, as views of these arrays; the row is among the first with the same number of states */
    public PreparedConditioning row(int row) {
        NDIndex index = new NDIndex(row + ":" + (row + 1));
        Map<String, List<KeysValues>> alone = new HashMap<>();
        keysValues.forEach((block, stacked) -> {
            KeysValues first = stacked.get(0);
            alone.put(
                    block,
                    List.of(new KeysValues(
                            first.keys().get(index), first.values().get(index))));
        });
        return new PreparedConditioning(alone, addition == null ? null : addition.get(index));
    }

    /** @return the number of text states of the first row */
    public long states() {
        return keysValues.values().iterator().next().get(0).states();
    }

    /** Attaches the arrays to a manager. */
    public void attach(NDManager owner) {
        keysValues.values().stream().flatMap(List::stream).forEach(each -> {
            each.keys().attach(owner);
            each.values().attach(owner);
        });
        if (addition != null) {
            addition.attach(owner);
        }
    }
}
