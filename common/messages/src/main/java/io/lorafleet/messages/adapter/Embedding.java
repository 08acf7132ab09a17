// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.adapter;

import io.lorafleet.messages.Check;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A textual inversion: vectors that take the place of a word in a prompt.
 *
 * @param triggerWord word in a prompt that stands for the vectors; case does not matter
 * @param vectors number of vectors, which is the number of tokens that the word takes
 * @see <a href="https://arxiv.org/abs/2208.01618">Gal et al. 2022</a>
 */
public record Embedding(String triggerWord, int vectors) {
    /** The number of tokens of a prompt that Stable Diffusion's text encoders take at once. */
    public static final int MAX_VECTORS = 75;

    private static final int MAX_LENGTH = 64;

    /**
     * Characters that neither normalization, nor the syntax of prompt weights, nor the lists in an image's metadata
     * change.
     */
    private static final Pattern TRIGGER_WORD = Pattern.compile("[A-Za-z0-9<>|_.+*!?@#$%&/=^~-]{1," + MAX_LENGTH + "}");

    private static final Pattern LETTER_OR_DIGIT = Pattern.compile("[A-Za-z0-9]");
    /** What a trigger word can be, for error messages. */
    public static final String TRIGGER_WORDS = "1 to " + MAX_LENGTH + " letters, digits and characters of"
            + " <>|_.+*!?@#$%&/=^~-, with at least one letter or digit, and not a text such as <|endoftext|>";

    public Embedding {
        requireTriggerWord("embedding.triggerWord", triggerWord);
        Check.range("embedding.vectors", 1, MAX_VECTORS, vectors);
    }

    /**
     * Requires a word that a prompt can contain and that is not a special token of CLIP's tokenizers.
     *
     * @throws IllegalArgumentException if the word cannot be a trigger word
     */
    public static String requireTriggerWord(String field, String word) {
        if (!isTriggerWord(Check.present(field, word))) {
            throw new IllegalArgumentException(field + ": expected " + TRIGGER_WORDS);
        }
        return word;
    }

    /** @return whether the word can be a trigger word */
    public static boolean isTriggerWord(String word) {
        return TRIGGER_WORD.matcher(word).matches()
                && LETTER_OR_DIGIT.matcher(word).find()
                && !(word.startsWith("<|") && word.endsWith("|>"));
    }

    /** @return whether the prompt contains the word */
    public static boolean occurs(String triggerWord, String prompt) {
        return folded(prompt).contains(folded(triggerWord));
    }

    /** @return the word in the form in which words are compared */
    public static String folded(String triggerWord) {
        return triggerWord.toLowerCase(Locale.ROOT);
    }
}
