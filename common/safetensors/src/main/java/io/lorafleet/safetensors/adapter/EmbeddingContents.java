// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import io.lorafleet.safetensors.SafetensorsHeader.Tensor;
import io.lorafleet.safetensors.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The contents of an embedding's file, as far as its header shows them. A file has one tensor for each text encoder, of
 * shape (vectors, width), or (width) for one vector. It has one of these names:
 *
 * <pre>
 * the trigger word    diffusers' learned_embeds.safetensors, for a base with one text encoder
 * emb_params          AUTOMATIC1111's web UI and sd-scripts, for a base with one text encoder
 * clip_l, clip_g      the same tools, and diffusers, for the two text encoders of SDXL
 * </pre>
 *
 * @param tensors name of the tensor for each text encoder
 * @param vectors number of vectors
 * @param widths width of the vectors for each text encoder
 * @param word trigger word in the file; null if the file has none
 * @see "diffusers loaders/textual_inversion.py; sd-scripts train_textual_inversion.py and sdxl_train_textual_inversion.py"
 */
public record EmbeddingContents(
        List<String> tensors,
        int vectors,
        List<Long> widths,
        @Nullable String word) {
    /** The number of tokens of a prompt that Stable Diffusion's text encoders take at once. */
    private static final int MAX_VECTORS = 75;
    /** More than the width of any text encoder, so that a file is small enough to be held in memory. */
    private static final int MAX_WIDTH = 8192;

    private static final String ONE_ENCODER = "emb_params";
    private static final List<String> TWO_ENCODERS = List.of("clip_l", "clip_g");
    private static final List<String> OF_LAYERS = List.of(".weight", ".bias", ".alpha");
    private static final Set<TensorType> FLOATS =
            EnumSet.of(TensorType.F64, TensorType.F32, TensorType.F16, TensorType.BF16);
    private static final List<ModelPart> PARTS = List.of(ModelPart.TEXT_ENCODER, ModelPart.TEXT_ENCODER_2);

    public EmbeddingContents {
        tensors = List.copyOf(tensors);
        widths = List.copyOf(widths);
    }

    /** @return whether the tensors are those of an embedding, or of an embedding with mistakes */
    public static boolean areIn(Map<String, Tensor> tensors) {
        if (tensors.containsKey(ONE_ENCODER) || TWO_ENCODERS.stream().anyMatch(tensors::containsKey)) {
            return true;
        }
        return tensors.size() == 1 && isWord(tensors.keySet().iterator().next());
    }

    private static boolean isWord(String tensor) {
        return TensorName.parse(tensor).isEmpty()
                && !TensorName.isOfTextEncoder(tensor)
                && OF_LAYERS.stream().noneMatch(tensor::endsWith);
    }

    /**
     * @param file tensors in the header, which are {@linkplain #areIn those of an embedding}
     * @param textEncoder what to do with tensors for a text encoder
     * @throws BadAdapterException if no worker could apply the file; the message gives all reasons
     */
    public static EmbeddingContents of(Map<String, Tensor> file, TextEncoderTensors textEncoder)
            throws BadAdapterException {
        List<String> names = names(file);
        List<String> reasons = new ArrayList<>();
        if (textEncoder == TextEncoderTensors.IGNORE) {
            reasons.add(
                    "an embedding, which has nothing but vectors for a text encoder (upload with textEncoder=apply)");
        } else if (textEncoder == TextEncoderTensors.REFUSE) {
            reasons.add("an embedding, where only the UNet can change");
        }
        Set<String> others = new TreeSet<>(file.keySet());
        names.forEach(others::remove);
        if (!others.isEmpty()) {
            reasons.add("tensors beside the vectors of an embedding: " + others.size() + ", such as "
                    + others.iterator().next());
        }
        List<Long> widths = new ArrayList<>();
        Set<Long> counts = new TreeSet<>();
        for (String name : names) {
            Tensor tensor = file.get(name);
            if (tensor == null) {
                reasons.add("an embedding without the tensor " + name);
            } else if (judged(name, tensor, reasons)) {
                long[] shape = tensor.shape();
                widths.add(shape[shape.length - 1]);
                counts.add(shape.length == 1 ? 1 : shape[0]);
            }
        }
        if (counts.size() > 1) {
            reasons.add("different numbers of vectors for the text encoders: " + counts);
        }
        if (!reasons.isEmpty()) {
            throw new BadAdapterException(reasons);
        }
        String only = names.get(0);
        boolean named = names.size() == 1 && !only.equals(ONE_ENCODER);
        return new EmbeddingContents(names, Math.toIntExact(counts.iterator().next()), widths, named ? only : null);
    }

    /** @return the names of the tensors that the file should have */
    private static List<String> names(Map<String, Tensor> file) {
        if (TWO_ENCODERS.stream().anyMatch(file::containsKey)) {
            return TWO_ENCODERS;
        }
        return List.of(
                file.containsKey(ONE_ENCODER)
                        ? ONE_ENCODER
                        : file.keySet().iterator().next());
    }

    /** @return whether the shape is that of vectors */
    private static boolean judged(String name, Tensor tensor, List<String> reasons) {
        long[] shape = tensor.shape();
        if (shape.length < 1 || shape.length > 2 || Arrays.stream(shape).anyMatch(side -> side < 1)) {
            reasons.add("tensor " + name + " of shape " + Arrays.toString(shape)
                    + " (an embedding has the shape [width] or [vectors, width])");
            return false;
        }
        if (!FLOATS.contains(tensor.type())) {
            reasons.add("tensor " + name + " of type " + tensor.type() + " (an embedding has floating-point numbers)");
        }
        if (shape.length == 2 && shape[0] > MAX_VECTORS) {
            reasons.add(shape[0] + " vectors in " + name + " (at most " + MAX_VECTORS + " fit into a prompt)");
        }
        if (shape[shape.length - 1] > MAX_WIDTH) {
            reasons.add("vectors of width " + shape[shape.length - 1] + " in " + name
                    + " (no text encoder is wider than " + MAX_WIDTH + ")");
        }
        return true;
    }

    /**
     * @param base text encoders of the base
     * @throws BadAdapterException if the vectors do not fit them; the message gives all reasons
     */
    public void requireFit(List<TextEncoderFit.Size> base) throws BadAdapterException {
        List<String> reasons = new ArrayList<>();
        if (tensors.size() != base.size()) {
            reasons.add("an embedding for " + encoders(tensors.size()) + ", where the base has " + base.size());
        }
        for (int i = 0; i < Math.min(tensors.size(), base.size()); i++) {
            TextEncoderFit.Size size = base.get(i);
            if (widths.get(i) != size.width()) {
                reasons.add("vectors of width " + widths.get(i) + " in " + tensors.get(i) + ", where the base's "
                        + PARTS.get(i).folder() + " has width " + size.width());
            }
            if (vectors > size.chunk()) {
                reasons.add(vectors + " vectors, where the base's "
                        + PARTS.get(i).folder() + " takes " + size.chunk() + " tokens at once");
            }
        }
        if (!reasons.isEmpty()) {
            throw new BadAdapterException(reasons);
        }
    }

    private static String encoders(int count) {
        return count == 1 ? "one text encoder" : "two text encoders";
    }

    /**
     * @param file tensors in the header
     * @param data bytes after the header
     * @throws BadAdapterException if a value is not finite
     */
    public void requireFinite(Map<String, Tensor> file, byte[] data) throws BadAdapterException {
        Optional<String> bad = tensors.stream()
                .filter(name -> !Objects.requireNonNull(file.get(name), "not in the file")
                        .isFinite(data))
                .findFirst();
        if (bad.isPresent()) {
            throw new BadAdapterException(List.of("NaN or infinity in tensor " + bad.get()));
        }
    }
}
