// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The normalization of CLIP's tokenizer: canonical composition (NFC), one space for each run of spaces, and lower case.
 *
 * @see <a href="https://www.unicode.org/reports/tr15/">Unicode Standard Annex 15</a>; chapter 3.12 of the Unicode
 *     standard for Hangul
 */
final class Normalization {
    /** Below this code point, composition changes nothing. */
    private static final int FIRST_MARK = 0x300;

    private static final int SYLLABLES = 0xAC00;
    private static final int LEADING = 0x1100;
    private static final int VOWELS = 0x1161;
    /** One before the first trailing consonant: a syllable can have none. */
    private static final int TRAILING = 0x11A7;

    private static final int LEADING_COUNT = 19;
    private static final int VOWEL_COUNT = 21;
    private static final int TRAILING_COUNT = 28;
    private static final int SYLLABLE_COUNT = LEADING_COUNT * VOWEL_COUNT * TRAILING_COUNT;

    private Normalization() {}

    static String of(String text) {
        StringBuilder normal = new StringBuilder();
        boolean inSpaces = false;
        for (int c : composed(text.codePoints().toArray())) {
            boolean space = Characters.isSpace(c);
            if (space && !inSpaces) {
                normal.append(' ');
            } else if (!space) {
                for (int lower : Characters.lower(c)) {
                    normal.appendCodePoint(lower);
                }
            }
            inSpaces = space;
        }
        return normal.toString();
    }

    /** @return the text in normalization form C */
    static int[] composed(int[] text) {
        if (Arrays.stream(text).allMatch(c -> c < FIRST_MARK)) {
            return text;
        }
        return compose(ordered(decomposed(text)));
    }

    private static List<Integer> decomposed(int[] text) {
        List<Integer> all = new ArrayList<>();
        for (int c : text) {
            if (in(c, SYLLABLES, SYLLABLE_COUNT)) {
                int index = c - SYLLABLES;
                all.add(LEADING + index / (VOWEL_COUNT * TRAILING_COUNT));
                all.add(VOWELS + index / TRAILING_COUNT % VOWEL_COUNT);
                if (index % TRAILING_COUNT != 0) {
                    all.add(TRAILING + index % TRAILING_COUNT);
                }
            } else {
                for (int part : Characters.decomposition(c)) {
                    all.add(part);
                }
            }
        }
        return all;
    }

    /** Sorts each run of marks by combining class. The sort is stable. */
    private static List<Integer> ordered(List<Integer> text) {
        int start = 0;
        while (start < text.size()) {
            int end = start;
            while (end < text.size() && Characters.combiningClass(text.get(end)) != 0) {
                end++;
            }
            text.subList(start, end).sort(Comparator.comparingInt(Characters::combiningClass));
            start = end + 1;
        }
        return text;
    }

    /** Composes each mark with the starter before it, unless a mark in between blocks the pair. */
    private static int[] compose(List<Integer> text) {
        int[] composed = new int[text.size()];
        int length = 0;
        int starter = -1;
        int classBefore = 0;
        for (int c : text) {
            int combining = Characters.combiningClass(c);
            boolean blocked = starter < 0 || (starter < length - 1 && classBefore >= combining);
            int pair = blocked ? -1 : pair(composed[starter], c);
            if (pair >= 0) {
                composed[starter] = pair;
                continue;
            }
            if (combining == 0) {
                starter = length;
            }
            classBefore = combining;
            composed[length] = c;
            length++;
        }
        return Arrays.copyOf(composed, length);
    }

    private static int pair(int first, int second) {
        if (in(first, LEADING, LEADING_COUNT) && in(second, VOWELS, VOWEL_COUNT)) {
            return SYLLABLES + ((first - LEADING) * VOWEL_COUNT + second - VOWELS) * TRAILING_COUNT;
        }
        boolean open = in(first, SYLLABLES, SYLLABLE_COUNT) && (first - SYLLABLES) % TRAILING_COUNT == 0;
        if (open && in(second, TRAILING + 1, TRAILING_COUNT - 1)) {
            return first + second - TRAILING;
        }
        return Characters.composition(first, second);
    }

    private static boolean in(int c, int first, int count) {
        return c >= first && c < first + count;
    }
}
