// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * A prompt as tokens, without start, end and padding, each with its weight.
 *
 * <p>A negative id stands for a vector. The id of vector i of word w is -1 - ({@value #STRIDE} w + i).
 *
 * @param ids token ids that are encoded
 * @param weights weight of each id
 * @param vectors vectors (n, D) of each embedded word
 * @param cut number of further tokens, which were cut off
 */
record TokenizedPrompt(List<Integer> ids, List<Float> weights, List<NDArray> vectors, int cut) {
    /** Limits the memory that one request can take: 1200 tokens at a usual length of 77. */
    static final int MAX_CHUNKS = 16;

    /** Distance between the ids of two words. No word has as many vectors. */
    private static final int STRIDE = 1 << 16;

    /** The id that the tokenizer takes instead of that of a vector. It is smaller than the id of the end token. */
    private static final int PLACE_OF_VECTOR = 0;

    /**
     * @param words words that stand for vectors
     * @param encoder index of the text encoder
     * @throws IllegalArgumentException if the prompt needs more than {@value #MAX_CHUNKS} chunks
     */
    static TokenizedPrompt of(
            String prompt, EncodingOptions options, ClipTokenizer tokenizer, List<EmbeddedWord> words, int encoder) {
        List<WeightedText> parts =
                options.weighted() ? WeightedText.parse(prompt) : List.of(new WeightedText(prompt, 1));
        List<String> texts = words.stream().map(EmbeddedWord::word).toList();
        List<NDArray> vectors =
                words.stream().map(word -> word.vectors().get(encoder)).toList();
        List<Integer> ids = new ArrayList<>();
        List<Float> weights = new ArrayList<>();
        for (WeightedText part : parts) {
            tokenizer.tokens(part.text(), texts).forEach(id -> add(id, vectors, ids));
            while (weights.size() < ids.size()) {
                weights.add((float) part.weight());
            }
        }
        int most = tokenizer.length() - 2;
        TokenizedPrompt whole = new TokenizedPrompt(ids, weights, vectors, 0);
        if (options.chunked()) {
            int chunks = whole.chunks(most);
            if (chunks > MAX_CHUNKS) {
                throw new IllegalArgumentException("prompt: expected at most " + MAX_CHUNKS * most + " tokens, found "
                        + ids.size()
                        + (ids.size() > MAX_CHUNKS * most
                                ? ""
                                : " in " + chunks + " chunks of at most " + most + ", because a chunk holds all vectors"
                                        + " of a word"));
            }
            return whole;
        }
        int used = Math.min(ids.size(), most);
        return new TokenizedPrompt(ids.subList(0, used), weights.subList(0, used), vectors, ids.size() - used);
    }

    /** Adds an id of the tokenizer or, for an embedded word, one id for each vector. */
    private static void add(int id, List<NDArray> vectors, List<Integer> ids) {
        if (id >= 0) {
            ids.add(id);
            return;
        }
        int word = -1 - id;
        for (int i = 0; i < vectors.get(word).getShape().get(0); i++) {
            ids.add(-1 - (word * STRIDE + i));
        }
    }

    /** @param size largest number of tokens in a chunk @return the number of chunks; 1 for an empty prompt */
    int chunks(int size) {
        return ends(size).size();
    }

    /** @param index index of a chunk @return the chunk's tokens; empty if the prompt has fewer chunks */
    TokenizedPrompt chunk(int index, int size) {
        List<Integer> ends = ends(size);
        int from = index == 0 ? 0 : ends.get(Math.min(index, ends.size()) - 1);
        int to = index < ends.size() ? ends.get(index) : from;
        return new TokenizedPrompt(ids.subList(from, to), weights.subList(from, to), vectors, 0);
    }

    /**
     * The vectors of a word are in one chunk, as in AUTOMATIC1111's web UI, so the chunk before them can be shorter.
     *
     * @return the end of each chunk; at least one
     */
    private List<Integer> ends(int size) {
        List<Integer> ends = new ArrayList<>();
        int start = 0;
        int word = 0; // start of the word that the current token belongs to
        for (int i = 0; i < ids.size(); i++) {
            if (!continuesWord(i)) {
                word = i;
            }
            if (i - start == size) {
                int end = word > start ? word : i; // the model checks that a word's vectors fit into a chunk
                ends.add(end);
                start = end;
            }
        }
        ends.add(ids.size());
        return ends;
    }

    private boolean continuesWord(int position) {
        int id = ids.get(position);
        return id < 0 && (-1 - id) % STRIDE > 0;
    }

    /** @return the ids for the tokenizer, which has none for the vectors */
    List<Integer> tokenIds() {
        return ids.stream().map(id -> Math.max(id, PLACE_OF_VECTOR)).toList();
    }

    /** @param row row of this prompt @return the vectors that replace the embeddings of tokens, after the start token */
    List<TokenVectors> tokenVectors(int row) {
        List<TokenVectors> found = new ArrayList<>();
        int position = 0;
        while (position < ids.size()) {
            int end = position + 1;
            while (end < ids.size() && continuesWord(end)) {
                end++;
            }
            if (ids.get(position) < 0) {
                found.add(new TokenVectors(
                        row, 1 + position, end - position, vectors.get((-1 - ids.get(position)) / STRIDE)));
            }
            position = end;
        }
        return found;
    }
}
