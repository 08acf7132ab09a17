// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The properties of characters that CLIP's tokenizer uses. They come from a table instead of the JDK, because the
 * reference has several versions of Unicode at once: new letters for its regular expressions, and an old normalization.
 * With the JDK's own tables, the ids of a prompt would depend on the JDK.
 *
 * <p>{@code docs/parity/tokenizer.py} writes the table.
 */
final class Characters {
    private static final BitSet LETTERS = new BitSet();
    private static final BitSet NUMBERS = new BitSet();
    private static final BitSet SPACES = new BitSet();
    private static final Map<Integer, int[]> LOWER = new HashMap<>();
    private static final Map<Integer, Integer> COMBINING_CLASSES = new HashMap<>();
    private static final Map<Integer, int[]> DECOMPOSITIONS = new HashMap<>();
    private static final Map<Long, Integer> COMPOSITIONS = new HashMap<>();

    static {
        read("characters.txt");
    }

    private Characters() {}

    static boolean isLetter(int codePoint) {
        return LETTERS.get(codePoint);
    }

    static boolean isNumber(int codePoint) {
        return NUMBERS.get(codePoint);
    }

    static boolean isSpace(int codePoint) {
        return SPACES.get(codePoint);
    }

    /** @return the code points of the lower-case form, whatever the characters beside it */
    static int[] lower(int codePoint) {
        return LOWER.getOrDefault(codePoint, new int[] {codePoint});
    }

    /** @return the canonical combining class: 0 for a character that starts a sequence */
    static int combiningClass(int codePoint) {
        return COMBINING_CLASSES.getOrDefault(codePoint, 0);
    }

    /** @return the full canonical decomposition; of a Hangul syllable, the syllable itself */
    static int[] decomposition(int codePoint) {
        return DECOMPOSITIONS.getOrDefault(codePoint, new int[] {codePoint});
    }

    /** @return the character that a pair composes to; -1 if there is none, and for Hangul */
    static int composition(int first, int second) {
        return COMPOSITIONS.getOrDefault(pair(first, second), -1);
    }

    private static long pair(int first, int second) {
        return (long) first << 32 | second;
    }

    private static void read(String table) {
        try (InputStream file = Objects.requireNonNull(Characters.class.getResourceAsStream(table), table);
                BufferedReader lines = new BufferedReader(new InputStreamReader(file, US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                add(line.split(" "));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(table, e);
        }
    }

    private static void add(String[] fields) {
        switch (fields[0]) {
            case "letters" -> ranges(fields, 1, LETTERS);
            case "numbers" -> ranges(fields, 1, NUMBERS);
            case "spaces" -> ranges(fields, 1, SPACES);
            case "class" -> {
                BitSet marks = new BitSet();
                ranges(fields, 2, marks);
                marks.stream().forEach(mark -> COMBINING_CLASSES.put(mark, Integer.valueOf(fields[1])));
            }
            case "lower" -> LOWER.put(codePoint(fields[1]), codePoints(fields, 2));
            case "decomposition" -> DECOMPOSITIONS.put(codePoint(fields[1]), codePoints(fields, 2));
            case "composition" ->
                COMPOSITIONS.put(pair(codePoint(fields[1]), codePoint(fields[2])), codePoint(fields[3]));
            case "#" -> {}
            default -> throw new IllegalStateException("characters.txt: unknown line " + fields[0]);
        }
    }

    private static void ranges(String[] fields, int start, BitSet into) {
        for (int i = start; i < fields.length; i++) {
            int dash = fields[i].indexOf('-');
            int first = codePoint(dash < 0 ? fields[i] : fields[i].substring(0, dash));
            into.set(first, codePoint(fields[i].substring(dash + 1)) + 1);
        }
    }

    private static int[] codePoints(String[] fields, int start) {
        return Arrays.stream(fields, start, fields.length)
                .mapToInt(Characters::codePoint)
                .toArray();
    }

    private static int codePoint(String hexadecimal) {
        return Integer.parseInt(hexadecimal, 16);
    }
}
