// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CLIP's byte-pair encoding. Each word is lowercased and split into UTF-8 bytes, each written as a character, with
 * {@code </w>} at the end. Adjacent pieces are merged in the order given in {@code merges.txt}.
 *
 * @see "transformers models/clip/tokenization_clip.py; Sennrich et al. 2016"
 */
public final class ClipTokenizer {
    static final String START = "<|startoftext|>";
    static final String END = "<|endoftext|>";
    private static final Pattern WORD = Pattern.compile(
            Pattern.quote(START) + "|" + Pattern.quote(END)
                    + "|'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+",
            Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern SPACES = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
    static final String WORD_END = "</w>";
    private static final char[] LETTER_OF_BYTE = lettersOfBytes();

    private final Map<String, Integer> ids;
    private final Map<List<String>, Integer> mergeRanks;
    private final int length;
    private final int start;
    private final int end;
    private final int pad;

    private ClipTokenizer(
            Map<String, Integer> ids, Map<List<String>, Integer> mergeRanks, int length, int start, int end, int pad) {
        this.ids = ids;
        this.mergeRanks = mergeRanks;
        this.length = length;
        this.start = start;
        this.end = end;
        this.pad = pad;
    }

    /**
     * @param folder folder with vocab.json, merges.txt and tokenizer_config.json
     * @throws ModelFileException if a file is missing or corrupt
     */
    public static ClipTokenizer open(Path folder) {
        Map<String, Integer> ids = vocabulary(folder.resolve("vocab.json"));
        ModelConfig config = ModelConfig.open(folder.resolve("tokenizer_config.json"));
        int start = special(START, ids, folder);
        int end = special(END, ids, folder);
        int pad = special(config.object("pad_token").text("content", config.text("pad_token", END)), ids, folder);
        return new ClipTokenizer(
                ids, merges(folder.resolve("merges.txt")), config.integer("model_max_length"), start, end, pad);
    }

    /**
     * The tokenizer of the published models, for a model without a tokenizer folder.
     *
     * @param openClip whether the text encoder is one of OpenCLIP, which pads prompts with another token
     */
    public static ClipTokenizer ofClip(boolean openClip) {
        ClipVocabulary clip = ClipVocabulary.load();
        Map<List<String>, Integer> ranks = new HashMap<>();
        clip.merges().forEach(pair -> ranks.putIfAbsent(pair, ranks.size()));
        int end = clip.id(END);
        int pad = openClip ? clip.id(ClipVocabulary.OPEN_CLIP_PAD) : end;
        return new ClipTokenizer(clip.ids(), ranks, ClipVocabulary.LENGTH, clip.id(START), end, pad);
    }

    private static int special(String token, Map<String, Integer> ids, Path folder) {
        Integer id = ids.get(token);
        if (id == null) {
            throw new ModelFileException(folder + ": vocab.json: expected the token " + token + ", found none");
        }
        return id;
    }

    /**
     * @return the number of tokens in an encoded prompt. Longer prompts are truncated, and shorter ones are padded
     */
    public int length() {
        return length;
    }

    /** @return the largest token id plus one: the size of the text encoder's table of tokens */
    public int vocabulary() {
        return Collections.max(ids.values()) + 1;
    }

    /** @return {@link #length()} token ids: start, the prompt, end, padding */
    public long[] encode(String prompt) {
        List<Integer> tokens = new ArrayList<>();
        Matcher words = WORD.matcher(normalize(prompt));
        while (words.find() && tokens.size() < length) {
            encodeWord(words.group(), tokens);
        }
        int kept = Math.min(tokens.size(), length - 2);
        long[] encoded = new long[length];
        Arrays.fill(encoded, pad);
        encoded[0] = start;
        for (int i = 0; i < kept; i++) {
            encoded[i + 1] = tokens.get(i);
        }
        encoded[kept + 1] = end;
        return encoded;
    }

    private static String normalize(String prompt) {
        String composed = Normalizer.normalize(prompt, Normalizer.Form.NFC);
        return SPACES.matcher(composed).replaceAll(" ").toLowerCase(Locale.ROOT);
    }

    private void encodeWord(String word, List<Integer> tokens) {
        if (word.equals(START) || word.equals(END)) {
            tokens.add(word.equals(START) ? start : end);
            return;
        }
        for (String piece : merge(letters(word))) {
            tokens.add(ids.getOrDefault(piece, end)); // CLIP's unknown token is its end token
        }
    }

    private static List<String> letters(String word) {
        List<String> letters = new ArrayList<>();
        for (byte b : word.getBytes(UTF_8)) {
            letters.add(String.valueOf(LETTER_OF_BYTE[b & 0xFF]));
        }
        int last = letters.size() - 1;
        letters.set(last, letters.get(last) + WORD_END);
        return letters;
    }

    /** Repeatedly merges the adjacent pair with the lowest rank, until no pair has a rank. */
    private List<String> merge(List<String> pieces) {
        while (true) {
            List<String> best = null;
            int bestRank = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < pieces.size(); i++) {
                List<String> pair = pieces.subList(i, i + 2);
                int rank = mergeRanks.getOrDefault(pair, Integer.MAX_VALUE);
                if (rank < bestRank) {
                    best = List.copyOf(pair);
                    bestRank = rank;
                }
            }
            if (best == null) {
                return pieces;
            }
            List<String> merged = new ArrayList<>();
            for (int i = 0; i < pieces.size(); i++) {
                if (i + 1 < pieces.size() && pieces.subList(i, i + 2).equals(best)) {
                    merged.add(best.get(0) + best.get(1));
                    i++;
                } else {
                    merged.add(pieces.get(i));
                }
            }
            pieces = merged;
        }
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

    private static Map<String, Integer> vocabulary(Path file) {
        try {
            return new ObjectMapper().readValue(file.toFile(), new TypeReference<Map<String, Integer>>() {});
        } catch (IOException e) {
            throw new ModelFileException(
                    file + ": cannot be read as a JSON object of tokens and ids: " + e.getMessage(), e);
        }
    }

    private static Map<List<String>, Integer> merges(Path file) {
        Map<List<String>, Integer> ranks = new HashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith("#version") || line.isBlank()) {
                    continue;
                }
                List<String> pair = List.of(line.split(" "));
                if (pair.size() != 2) {
                    throw new ModelFileException(file + ": expected two tokens per line, found " + pair.size());
                }
                ranks.putIfAbsent(pair, ranks.size());
            }
        } catch (IOException e) {
            throw new ModelFileException(file + ": cannot be read: " + e, e);
        }
        return ranks;
    }
}
