// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.unet.Conditioning;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Encodes prompts as conditioning for the UNet, with one text encoder (SD 1.x, SD 2.x) or two (SDXL). */
public final class PromptEncoder {
    private final List<Part> parts;
    private final boolean zerosForEmptyPrompt;

    /** A text encoder with its tokenizer. */
    public record Part(ClipTokenizer tokenizer, ClipTextEncoder encoder) {

        /** @param prompts one prompt per row @param scope manager that owns the result */
        public TextStates encode(List<String> prompts, NDManager scope) {
            long[] ids = prompts.stream()
                    .flatMapToLong(prompt -> Arrays.stream(tokenizer.encode(prompt)))
                    .toArray();
            try (NDArray tokenIds = scope.create(ids, new Shape(prompts.size(), tokenizer.length()))) {
                return encoder.encode(tokenIds);
            }
        }
    }

    /**
     * @param parts text encoders: one, or two for SDXL
     * @param zerosForEmptyPrompt whether an empty prompt is encoded as zeros (force_zeros_for_empty_prompt)
     */
    public PromptEncoder(List<Part> parts, boolean zerosForEmptyPrompt) {
        this.parts = List.copyOf(parts);
        this.zerosForEmptyPrompt = zerosForEmptyPrompt;
    }

    public List<Part> parts() {
        return parts;
    }

    /**
     * Encodes a batch's prompts.
     *
     * @param prompts one prompt per row
     * @param scope manager that owns the result
     * @param width width of the image, in pixels
     * @param height height of the image, in pixels
     */
    public Conditioning encode(List<String> prompts, int width, int height, NDManager scope) {
        if (parts.size() == 1) {
            return Conditioning.of(parts.get(0).encode(prompts, scope).lastHiddenState());
        }
        TextStates first = parts.get(0).encode(prompts, scope);
        TextStates second = parts.get(1).encode(prompts, scope);
        NDArray context = first.penultimate().concat(second.penultimate(), 2);
        return new Conditioning(
                zeroed(context, prompts, scope),
                zeroed(
                        Objects.requireNonNull(second.embeds(), "the second text encoder of SDXL has no projection"),
                        prompts,
                        scope),
                sizes(prompts.size(), width, height, scope));
    }

    private NDArray zeroed(NDArray states, List<String> prompts, NDManager scope) {
        if (!zerosForEmptyPrompt || prompts.stream().noneMatch(String::isEmpty)) {
            return states;
        }
        float[] keep = new float[prompts.size()];
        for (int row = 0; row < keep.length; row++) {
            keep[row] = prompts.get(row).isEmpty() ? 0 : 1;
        }
        long[] shape = new long[states.getShape().dimension()];
        Arrays.fill(shape, 1);
        shape[0] = keep.length;
        return states.mul(scope.create(keep, new Shape(shape)).toType(states.getDataType(), false));
    }

    /** SDXL's size conditioning for an image that is neither resized nor cropped. */
    private static NDArray sizes(int rows, int width, int height, NDManager scope) {
        List<Integer> row = List.of(height, width, 0, 0, height, width);
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            all.addAll(row);
        }
        int[] sizes = all.stream().mapToInt(Integer::intValue).toArray();
        return scope.create(sizes, new Shape(rows, row.size())).toType(DataType.FLOAT32, false);
    }
}
