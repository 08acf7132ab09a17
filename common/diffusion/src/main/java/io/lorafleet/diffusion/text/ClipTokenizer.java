// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import io.lorafleet.diffusion.weights.ModelFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CLIP's tokenizer. It finds the added tokens, normalizes the text between them, splits it into words, and encodes each
 * word with {@linkplain BytePairs byte pairs}. The ids are those of transformers' CLIPTokenizer for every text.
 *
 * @see "transformers models/clip/tokenization_clip.py"
 */
public final class ClipTokenizer {
    /** Contractions that are words of their own. */
    private static final List<String> CONTRACTIONS = List.of("'s", "'t", "'re", "'ve", "'m", "'ll", "'d");

    /** Texts whose boundaries split words even if the text is not recognised as a special token. */
    private static final List<String> MARKERS = List.of("<|startoftext|>", "<|endoftext|>");

    private final BytePairs bytePairs;
    private final AddedTokens rawTokens;
    private final AddedTokens normalizedTokens;
    private final Map<Integer, AddedToken> added;
    private final int length;
    private final int vocabulary;
    private final int start;
    private final int end;
    private final int pad;

    /** @param source origin of the files, for error messages */
    private ClipTokenizer(TokenizerFiles files, String source) {
        start = special("bos_token", files, source);
        end = special("eos_token", files, source);
        pad = special("pad_token", files, source);
        bytePairs = new BytePairs(files.ids(), files.merges(), special("unk_token", files, source), source);
        rawTokens = new AddedTokens(files.added(), false);
        added = files.added();
        normalizedTokens = new AddedTokens(added, true);
        length = files.length();
        vocabulary = Collections.max(files.ids().values()) + 1;
    }

    /**
     * @param folder tokenizer folder of a diffusers pipeline
     * @throws ModelFileException if a file is missing or corrupt
     */
    public static ClipTokenizer open(Path folder) {
        return new ClipTokenizer(TokenizerFiles.open(folder), folder.toString());
    }

    /**
     * The tokenizer of the published models, for a model without a tokenizer folder.
     *
     * @param openClip whether the text encoder is one of OpenCLIP, which pads prompts with another token
     */
    public static ClipTokenizer ofClip(boolean openClip) {
        return new ClipTokenizer(ClipVocabulary.files(openClip), "CLIP's vocabulary");
    }

    private static int special(String role, TokenizerFiles files, String source) {
        String token = files.special().get(role);
        Integer id = files.ids().get(token);
        if (id == null) {
            // transformers would give the token a new id, for which no text encoder has a row
            throw new ModelFileException(
                    source + ": expected the token " + token + " (" + role + ") in the vocabulary, found none");
        }
        return id;
    }

    /**
     * @return the number of tokens in an encoded prompt. Longer prompts are truncated, and shorter ones are padded
     */
    public int length() {
        return length;
    }

    /** @return the largest token id of the vocabulary plus one; the text encoder has at least as many tokens */
    public int vocabulary() {
        return vocabulary;
    }

    /** @return {@link #length()} token ids: start, the prompt, end, padding */
    public long[] encode(String prompt) {
        List<Integer> tokens = tokens(prompt);
        return framed(tokens.subList(0, Math.min(tokens.size(), length - 2)));
    }

    /** @param tokens at most {@link #length()} - 2 token ids @return start, the tokens, end, padding */
    long[] framed(List<Integer> tokens) {
        long[] framed = new long[length];
        Arrays.fill(framed, pad);
        framed[0] = start;
        for (int i = 0; i < tokens.size(); i++) {
            framed[i + 1] = tokens.get(i);
        }
        framed[tokens.size() + 1] = end;
        return framed;
    }

    /** @return the token ids of the text, without start, end and padding */
    public List<Integer> tokens(String text) {
        return tokens(text, normalizedTokens);
    }

    /**
     * Like {@link #tokens(String)}, with further words that are found like added tokens.
     *
     * @param words words; their ids are -1, -2 and so on
     */
    List<Integer> tokens(String text, List<String> words) {
        if (words.isEmpty()) {
            return tokens(text);
        }
        Map<Integer, AddedToken> all = new LinkedHashMap<>();
        for (int i = 0; i < words.size(); i++) {
            all.put(-1 - i, new AddedToken(words.get(i), false, false, true));
        }
        all.putAll(added); // last, so that a further word replaces an added token with the same text
        return tokens(text, new AddedTokens(all, true));
    }

    private List<Integer> tokens(String text, AddedTokens found) {
        List<Integer> tokens = new ArrayList<>();
        rawTokens.split(
                text,
                part -> found.split(Normalization.of(part), words -> encode(words, tokens), tokens::add),
                tokens::add);
        return tokens;
    }

    /** Splits normalized text into words and encodes them. */
    private void encode(String text, List<Integer> tokens) {
        int position = 0;
        while (position < text.length()) {
            int from = position;
            String marker = startingAt(from, text, MARKERS);
            if (marker != null) {
                bytePairs.encode("<|", tokens);
                bytePairs.encode(marker.substring(2, marker.length() - 2), tokens);
                bytePairs.encode("|>", tokens);
                position += marker.length();
                continue;
            }
            String contraction = startingAt(from, text, CONTRACTIONS);
            int first = text.codePointAt(from);
            if (contraction != null) {
                position += contraction.length();
            } else if (Characters.isSpace(first)) {
                position++; // normalized text has no other space than U+0020
                continue;
            } else if (Characters.isNumber(first)) {
                position += Character.charCount(first);
            } else {
                boolean letters = Characters.isLetter(first);
                while (position < text.length() && belongs(text.codePointAt(position), letters)) {
                    position += Character.charCount(text.codePointAt(position));
                }
            }
            bytePairs.encode(text.substring(from, position), tokens);
        }
    }

    /** @return whether the character continues a word of letters, or of neither letters nor numbers nor spaces */
    private static boolean belongs(int c, boolean letters) {
        return letters
                ? Characters.isLetter(c)
                : !Characters.isLetter(c) && !Characters.isNumber(c) && !Characters.isSpace(c);
    }

    private static @Nullable String startingAt(int position, String text, List<String> candidates) {
        for (String candidate : candidates) {
            if (text.startsWith(candidate, position)) {
                return candidate;
            }
        }
        return null;
    }
}
