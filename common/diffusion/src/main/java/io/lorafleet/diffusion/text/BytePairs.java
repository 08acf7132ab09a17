// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lorafleet.diffusion.weights.ModelFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Byte-pair encoding of one word: its UTF-8 bytes, each written as a character, with {@code </w>} at the end. Adjacent
 * pieces are merged, the pair that is first in the list of merges first, and from left to right.
 *
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich et al. 2016</a>
 */
final class BytePairs {
    static final String WORD_END = "</w>";
    private static final char[] LETTER_OF_BYTE = lettersOfBytes();

    /** Ids of the 256 bytes, inside a word and at its end. */
    private final int[] inside = new int[LETTER_OF_BYTE.length];

    private final int[] atEnd = new int[LETTER_OF_BYTE.length];
    private final Map<Long, Merge> merges = new HashMap<>();

    /** @param rank position in the list of merges @param id token that replaces the pair */
    private record Merge(int rank, int id) {}

    /** A pair that can be merged, unless an earlier merge has changed it. */
    private record Candidate(Merge merge, int position) {
        static final Comparator<Candidate> ORDER =
                Comparator.comparingInt((Candidate each) -> each.merge().rank()).thenComparingInt(Candidate::position);
    }

    /**
     * @param ids vocabulary: the id of each token
     * @param pairs pairs of tokens, in the order of merging
     * @param unknown id of a byte that is not in the vocabulary
     * @throws ModelFileException if a merge needs a token that is not in the vocabulary
     */
    BytePairs(Map<String, Integer> ids, List<List<String>> pairs, int unknown, String source) {
        for (int b = 0; b < LETTER_OF_BYTE.length; b++) {
            inside[b] = ids.getOrDefault(String.valueOf(LETTER_OF_BYTE[b]), unknown);
            atEnd[b] = ids.getOrDefault(LETTER_OF_BYTE[b] + WORD_END, unknown);
        }
        for (List<String> pair : pairs) {
            int first = require(pair.get(0), ids, source);
            int second = require(pair.get(1), ids, source);
            int merged = require(pair.get(0) + pair.get(1), ids, source);
            merges.put(key(first, second), new Merge(merges.size(), merged));
        }
    }

    private static int require(String token, Map<String, Integer> ids, String source) {
        Integer id = ids.get(token);
        if (id == null) {
            throw new ModelFileException(source + ": merges: expected only tokens of the vocabulary, found " + token);
        }
        return id;
    }

    private static long key(int first, int second) {
        return (long) first << 32 | second;
    }

    /** @param word a word that is not empty @param tokens receives the word's token ids */
    void encode(String word, List<Integer> tokens) {
        byte[] bytes = word.getBytes(UTF_8);
        int[] pieces = new int[bytes.length];
        int[] next = new int[bytes.length];
        int[] previous = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            pieces[i] = (i == bytes.length - 1 ? atEnd : inside)[bytes[i] & 0xFF];
            next[i] = i + 1;
            previous[i] = i - 1;
        }
        PriorityQueue<Candidate> queue = new PriorityQueue<>(Candidate.ORDER);
        for (int i = 0; i < bytes.length; i++) {
            offer(i, pieces, next, queue);
        }
        while (!queue.isEmpty()) {
            Candidate first = queue.remove();
            int left = first.position();
            if (!first.merge().equals(mergeAt(left, pieces, next))) {
                continue; // an earlier merge has changed the pair
            }
            int right = next[left];
            pieces[left] = first.merge().id();
            pieces[right] = -1;
            next[left] = next[right];
            if (next[left] < bytes.length) {
                previous[next[left]] = left;
            }
            offer(left, pieces, next, queue);
            if (previous[left] >= 0) {
                offer(previous[left], pieces, next, queue);
            }
        }
        for (int i = 0; i < bytes.length; i = next[i]) {
            tokens.add(pieces[i]);
        }
    }

    private void offer(int position, int[] pieces, int[] next, PriorityQueue<Candidate> queue) {
        Merge merge = mergeAt(position, pieces, next);
        if (merge != null) {
            queue.add(new Candidate(merge, position));
        }
    }

    /** @return the merge of the piece at this position with the next piece; null if there is none */
    private @Nullable Merge mergeAt(int position, int[] pieces, int[] next) {
        return pieces[position] < 0 || next[position] == pieces.length
                ? null
                : merges.get(key(pieces[position], pieces[next[position]]));
    }

    /** @param text lines of merges.txt @param source name of the file in error messages */
    static List<List<String>> pairs(List<String> text, String source) {
        List<List<String>> pairs = new ArrayList<>();
        for (String line : text) {
            if (line.startsWith("#version") || line.isBlank()) {
                continue;
            }
            List<String> pair = List.of(line.split(" "));
            if (pair.size() != 2) {
                throw new ModelFileException(source + ": expected two tokens per line, found " + pair.size());
            }
            pairs.add(pair);
        }
        return pairs;
    }

    /**
     * GPT-2's table: a printable character for each byte. Unprintable bytes are mapped to characters starting at
     * U+0100.
     */
    static char[] lettersOfBytes() {
        char[] letters = new char[256];
        char next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            letters[b] = printable ? (char) b : next++;
        }
        return letters;
    }
}
