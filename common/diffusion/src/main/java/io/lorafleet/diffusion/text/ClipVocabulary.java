// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * The tokenizer of OpenAI's CLIP, which every published Stable Diffusion 1.x, 2.x and XL model uses. The ids of the
 * tokens follow from the merges: first come the 256 letters that stand for bytes, then the same letters at the end of a
 * word, then the result of each merge, and last the two special tokens.
 *
 * @see "clip/simple_tokenizer.py; clip-merges.LICENSE"
 */
final class ClipVocabulary {
    private static final String START = "<|startoftext|>";
    private static final String END = "<|endoftext|>";
    /** Number of tokens in a prompt. */
    private static final int LENGTH = 77;
    /** OpenCLIP's token for the rest of a prompt; OpenAI's models repeat the end token. */
    private static final String OPEN_CLIP_PAD = "!";

    private static final String MERGES = "clip-merges.txt.gz";

    private ClipVocabulary() {}

    /**
     * @param openClip whether the padding is that of OpenCLIP's models
     * @return what the tokenizer folder of such a published model contains
     */
    static TokenizerFiles files(boolean openClip) {
        List<List<String>> merges = readMerges();
        Map<String, Integer> ids = ids(merges);
        String pad = openClip ? OPEN_CLIP_PAD : END;
        Map<Integer, AddedToken> added = new HashMap<>();
        // The published folders give properties for both special tokens, and only the text of the padding.
        List.of(START, END).forEach(token -> added.put(id(token, ids), new AddedToken(token, false, false, true)));
        added.put(id(pad, ids), AddedToken.special(pad));
        return new TokenizerFiles(
                ids,
                merges,
                added,
                Map.of("bos_token", START, "eos_token", END, "unk_token", END, "pad_token", pad),
                LENGTH);
    }

    private static Map<String, Integer> ids(List<List<String>> merges) {
        List<String> letters = letters();
        List<String> tokens = new ArrayList<>(letters);
        letters.forEach(letter -> tokens.add(letter + BytePairs.WORD_END));
        merges.forEach(pair -> tokens.add(String.join("", pair)));
        tokens.add(START);
        tokens.add(END);
        Map<String, Integer> ids = new HashMap<>();
        tokens.forEach(token -> ids.put(token, ids.size()));
        return ids;
    }

    private static int id(String token, Map<String, Integer> ids) {
        return Objects.requireNonNull(ids.get(token), token);
    }

    /** The printable bytes come first. */
    private static List<String> letters() {
        char[] letterOfByte = BytePairs.lettersOfBytes();
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
            return BytePairs.pairs(lines.lines().toList(), MERGES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
