// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the words that a mistyped word may stand for. */
final class Suggestions {
    private static final int MOST = 3;
    /** One typing error is tolerated, and another one for as many characters. */
    private static final int CHARACTERS_PER_ERROR = 4;

    private Suggestions() {}

    /** @return the most similar candidates, the best first; empty if none is similar */
    static List<String> of(String word, Stream<String> candidates) {
        String typed = word.toLowerCase(Locale.ROOT);
        int tolerated = 1 + typed.length() / CHARACTERS_PER_ERROR;
        Map<String, Integer> distances = candidates
                .distinct()
                .collect(Collectors.toMap(
                        candidate -> candidate, candidate -> distance(typed, candidate.toLowerCase(Locale.ROOT))));
        return distances.entrySet().stream()
                .filter(candidate -> candidate.getValue() <= tolerated
                        || candidate.getKey().toLowerCase(Locale.ROOT).startsWith(typed))
                .sorted(Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .limit(MOST)
                .toList();
    }

    /**
     * The optimal string alignment distance: the number of characters to insert, delete or replace and of neighbours to
     * exchange, where no part of the word is edited twice.
     */
    static int distance(String one, String other) {
        int[][] distance = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                distance[i][j] = i == 0 || j == 0 ? i + j : shortest(distance, one, other, i, j);
            }
        }
        return distance[one.length()][other.length()];
    }

    private static int shortest(int[][] distance, String one, String other, int i, int j) {
        boolean same = one.charAt(i - 1) == other.charAt(j - 1);
        int shortest =
                Math.min(distance[i - 1][j - 1] + (same ? 0 : 1), Math.min(distance[i - 1][j], distance[i][j - 1]) + 1);
        boolean exchanged =
                i > 1 && j > 1 && one.charAt(i - 1) == other.charAt(j - 2) && one.charAt(i - 2) == other.charAt(j - 1);
        return exchanged ? Math.min(shortest, distance[i - 2][j - 2] + 1) : shortest;
    }
}
