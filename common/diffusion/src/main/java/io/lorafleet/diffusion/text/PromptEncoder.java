// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.weights.BaseWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** Encodes prompts as conditioning for the UNet, with one text encoder (SD 1.x, SD 2.x) or two (SDXL). */
public final class PromptEncoder {
    private final List<Part> parts;
    private final boolean zerosForEmptyPrompt;

    /** A text encoder with its tokenizer. */
    public record Part(ClipTokenizer tokenizer, ClipTextEncoder encoder) {

        /** @param prompts one prompt per row, truncated @param scope manager that owns the result */
        public TextStates encode(List<String> prompts, NDManager scope) {
            List<TokenizedPrompt> rows = prompts.stream()
                    .map(prompt -> TokenizedPrompt.of(prompt, EncodingOptions.DEFAULT, tokenizer, List.of(), 0))
                    .toList();
            return encode(rows, 0, Adaptation.NONE, scope);
        }

        /** @return the largest number of tokens in a chunk */
        private int chunkSize() {
            return tokenizer.length() - 2;
        }

        private int chunks(List<TokenizedPrompt> prompts) {
            return prompts.stream()
                    .mapToInt(prompt -> prompt.chunks(chunkSize()))
                    .max()
                    .orElse(1);
        }

        /** @param rows at most {@link #chunkSize} tokens per row */
        private TextStates encode(List<TokenizedPrompt> rows, int clipSkip, Adaptation adaptation, NDManager scope) {
            long[] ids = rows.stream()
                    .flatMapToLong(row -> Arrays.stream(tokenizer.framed(row.tokenIds())))
                    .toArray();
            for (long id : ids) {
                if (id >= encoder.vocabularySize()) {
                    throw new IllegalArgumentException("prompt: expected only words with an embedding, found a word"
                            + " that the tokenizer adds (token " + id + " of " + encoder.vocabularySize() + ")");
                }
            }
            List<TokenVectors> vectors = new ArrayList<>();
            for (int row = 0; row < rows.size(); row++) {
                vectors.addAll(rows.get(row).tokenVectors(row));
            }
            try (NDArray tokenIds = scope.create(ids, new Shape(rows.size(), tokenizer.length()))) {
                return encoder.encode(tokenIds, vectors, clipSkip, adaptation);
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
     * @return the largest {@link EncodingOptions#clipSkip}: then the UNet receives the embeddings of the tokens, before
     *     the first layer. SDXL uses the states one layer before those of the other models
     */
    public int maxClipSkip() {
        int layers =
                parts.stream().mapToInt(part -> part.encoder().layers()).min().orElseThrow();
        return parts.size() == 1 ? layers : layers - 1;
    }

    /**
     * @param words words of the prompt that stand for vectors
     * @return the number of tokens that are encoded and cut; the largest numbers if the text encoders differ
     */
    public TokenCount count(String prompt, EncodingOptions options, List<EmbeddedWord> words) {
        return IntStream.range(0, parts.size())
                .mapToObj(i -> TokenizedPrompt.of(prompt, options, parts.get(i).tokenizer(), words, i))
                .map(tokens -> new TokenCount(tokens.ids().size(), tokens.cut()))
                .max(Comparator.comparingInt(TokenCount::cut).thenComparingInt(TokenCount::used))
                .orElseThrow();
    }

    /** @return the weights of each text encoder, as adapters need them */
    public List<BaseWeights> weights() {
        return parts.stream().map(part -> part.encoder().weights()).toList();
    }

    /**
     * Like {@link #encode(List, EncodingOptions, PromptAdaptation, int, int, NDManager)}, with the default options and
     * without adapters.
     */
    public Conditioning encode(List<String> prompts, int width, int height, NDManager scope) {
        return encode(prompts, EncodingOptions.DEFAULT, PromptAdaptation.NONE, width, height, scope);
    }

    /**
     * Encodes the prompts of a request. If one prompt has several chunks, the others are extended by empty chunks, so
     * that all rows have the same number of text states. Pooled states are those of the first chunk.
     *
     * @param prompts one prompt per row
     * @param options how the prompts are encoded
     * @param adaptation updates of the text encoders, and words that stand for vectors
     * @param width width of the image, in pixels
     * @param height height of the image, in pixels
     * @param scope manager that owns the result
     * @throws IllegalArgumentException if a prompt has too many tokens or an invalid weight, or if clipSkip is out of
     *     range
     * @see "compel pad_conditioning_tensors_to_same_length; AUTOMATIC1111's web UI, modules/sd_hijack_clip.py"
     */
    public Conditioning encode(
            List<String> prompts,
            EncodingOptions options,
            PromptAdaptation adaptation,
            int width,
            int height,
            NDManager scope) {
        int clipSkip = options.clipSkip();
        if (clipSkip < 0 || clipSkip > maxClipSkip()) {
            throw new IllegalArgumentException("clipSkip: expected 0 to " + maxClipSkip() + ", found " + clipSkip);
        }
        List<List<TokenizedPrompt>> tokens = new ArrayList<>();
        int chunks = 1;
        for (int i = 0; i < parts.size(); i++) {
            List<TokenizedPrompt> own = tokens(i, prompts, options, adaptation);
            tokens.add(own);
            chunks = Math.max(chunks, parts.get(i).chunks(own));
        }
        Encoded first = encode(0, tokens.get(0), chunks, clipSkip, adaptation, scope);
        if (parts.size() == 1) {
            return Conditioning.of(first.context(first.states().lastHiddenState(), scope));
        }
        Encoded second = encode(1, tokens.get(1), chunks, clipSkip, adaptation, scope);
        NDArray context = first.context(first.states().penultimate(), scope)
                .concat(second.context(second.states().penultimate(), scope), 2);
        NDArray embeds =
                Objects.requireNonNull(second.states().embeds(), "the second text encoder of SDXL has no projection");
        return new Conditioning(
                zeroed(context, prompts, scope),
                zeroed(chunks == 1 ? embeds : embeds.get(new NDIndex("::" + chunks)), prompts, scope),
                sizes(prompts.size(), width, height, scope));
    }

    private List<TokenizedPrompt> tokens(
            int index, List<String> prompts, EncodingOptions options, PromptAdaptation adaptation) {
        List<TokenizedPrompt> tokens = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            tokens.add(TokenizedPrompt.of(
                    prompts.get(i), options, parts.get(index).tokenizer(), adaptation.words(i), index));
        }
        return tokens;
    }

    private Encoded encode(
            int index,
            List<TokenizedPrompt> prompts,
            int chunks,
            int clipSkip,
            PromptAdaptation adaptation,
            NDManager scope) {
        Part part = parts.get(index);
        List<TokenizedPrompt> rows = new ArrayList<>();
        for (TokenizedPrompt prompt : prompts) {
            for (int i = 0; i < chunks; i++) {
                rows.add(prompt.chunk(i, part.chunkSize()));
            }
        }
        return new Encoded(part.encode(rows, clipSkip, adaptation.of(index, chunks, scope), scope), rows, chunks);
    }

    /** @param states states of the chunks, one chunk per row @param rows the chunks @param chunks chunks per prompt */
    private record Encoded(TextStates states, List<TokenizedPrompt> rows, int chunks) {

        /** @param states (N chunks, S, D) @return the weighted states of each prompt (N, chunks S, D) */
        NDArray context(NDArray states, NDManager scope) {
            NDArray weighted = EmphasizedStates.of(states, rows, scope);
            if (chunks == 1) {
                return weighted;
            }
            Shape shape = states.getShape();
            return weighted.reshape(shape.get(0) / chunks, chunks * shape.get(1), shape.get(2));
        }
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
