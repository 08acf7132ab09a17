// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * The vocabulary of OpenAI's CLIP, which every published Stable Diffusion 1.x, 2.x and XL model uses. The ids of the
 * tokens follow from the merges: first come the 256 letters that stand for bytes, then the same letters at the end of a
 * word, then the result of each merge, and last the two special tokens.
 *
 * @param merges pairs of pieces, in the order in which they are merged
 * @param ids id of each token
 * @see "clip/simple_tokenizer.py; clip-merges.LICENSE"
 */
record ClipVocabulary(List<List<String>> merges, Map<String, Integer> ids) {
    /** Number of tokens in a prompt. */
    static final int LENGTH = 77;
    /** OpenCLIP's token for the rest of a prompt; OpenAI's models repeat the end token. */
    static final String OPEN_CLIP_PAD = "!";

    private static final String MERGES = "clip-merges.txt.gz";

    static ClipVocabulary load() {
        List<List<String>> merges = readMerges();
        List<String> tokens = new ArrayList<>();
        List<String> letters = letters();
        tokens.addAll(letters);
        letters.forEach(letter -> tokens.add(letter + ClipTokenizer.WORD_END));
        merges.forEach(pair -> tokens.add(String.join("", pair)));
        tokens.add(ClipTokenizer.START);
        tokens.add(ClipTokenizer.END);
        Map<String, Integer> ids = new LinkedHashMap<>();
        tokens.forEach(token -> ids.put(token, ids.size()));
        return new ClipVocabulary(merges, ids);
    }

    int id(String token) {
        return Objects.requireNonNull(ids.get(token), token);
    }

    /** The printable bytes come first. */
    private static List<String> letters() {
        char[] letterOfByte = ClipTokenizer.lettersOfBytes();
        List<String> printable = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (int b = 0; b < letterOfByte.length; b++) {
            (letterOfByte[b] == b ? printable : others).add(String.valueOf(letterOfByte[b]));
        }
        printable.addAll(others);
        return printable;
    }

    private static List<List<String>> readMerges() {
        try (InputStream file = Objects.requireNonNull(ClipVocabulary.class.getResourceAsStream(MERGES), MERGES);
                BufferedReader lines = new BufferedReader(new InputStreamReader(new GZIPInputStream(file), UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.startsWith("#version"))
                    .map(line -> List.of(line.split(" ")))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
