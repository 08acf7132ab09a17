// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import java.util.ArrayList;
import java.util.List;

/**
 * A prompt as tokens, without start, end and padding, each with its weight.
 *
 * @param ids token ids that are encoded
 * @param weights weight of each id
 * @param cut number of further tokens, which were cut off
 */
record TokenizedPrompt(List<Integer> ids, List<Float> weights, int cut) {
    /** Limits the memory that one request can take: 1200 tokens at a usual length of 77. */
    static final int MAX_CHUNKS = 16;

    /** @throws IllegalArgumentException if the prompt needs more than {@value #MAX_CHUNKS} chunks */
    static TokenizedPrompt of(String prompt, EncodingOptions options, ClipTokenizer tokenizer) {
        List<WeightedText> parts =
                options.weighted() ? WeightedText.parse(prompt) : List.of(new WeightedText(prompt, 1));
        List<Integer> ids = new ArrayList<>();
        List<Float> weights = new ArrayList<>();
        for (WeightedText part : parts) {
            ids.addAll(tokenizer.tokens(part.text()));
            while (weights.size() < ids.size()) {
                weights.add((float) part.weight());
            }
        }
        int most = tokenizer.length() - 2;
        if (options.chunked()) {
            if (ids.size() > MAX_CHUNKS * most) {
                throw new IllegalArgumentException(
                        "prompt: expected at most " + MAX_CHUNKS * most + " tokens, found " + ids.size());
            }
            return new TokenizedPrompt(ids, weights, 0);
        }
        int used = Math.min(ids.size(), most);
        return new TokenizedPrompt(ids.subList(0, used), weights.subList(0, used), ids.size() - used);
    }

    /** @param size largest number of tokens in a chunk @return the number of chunks; 1 for an empty prompt */
    int chunks(int size) {
        return Math.max(1, (ids.size() + size - 1) / size);
    }

    /** @param index index of a chunk @return the chunk's tokens; empty if the prompt has fewer chunks */
    TokenizedPrompt chunk(int index, int size) {
        int from = Math.min(index * size, ids.size());
        int to = Math.min(from + size, ids.size());
        return new TokenizedPrompt(ids.subList(from, to), weights.subList(from, to), 0);
    }
}
