// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds added tokens in a text, from left to right, the longest first.
 *
 * @see "tokenizers src/tokenizer/added_vocabulary.rs"
 */
final class AddedTokens {
    /** Tokens by their first character, the longest first. */
    private final Map<Character, List<Entry>> entries = new HashMap<>();

    private record Entry(String text, AddedToken token, int id) {}

    /**
     * @param tokens added tokens by id
     * @param normalized which of them: those that are searched for in normalized text, or the others
     */
    AddedTokens(Map<Integer, AddedToken> tokens, boolean normalized) {
        tokens.forEach((id, token) -> {
            String text = normalized ? Normalization.of(token.content()) : token.content();
            if (token.normalized() == normalized && !text.isEmpty()) {
                entries.computeIfAbsent(text.charAt(0), first -> new ArrayList<>())
                        .add(new Entry(text, token, id));
            }
        });
        entries.values()
                .forEach(each -> each.sort(
                        Comparator.comparingInt((Entry entry) -> entry.text().length())
                                .reversed()));
    }

    /** @param between receives the text between the tokens @param found receives the id of each token, in order */
    void split(String text, Consumer<String> between, IntConsumer found) {
        int start = 0; // of the text that belongs to no token
        int position = 0;
        while (position < text.length()) {
            Entry entry = at(position, text);
            if (entry == null) {
                position++;
                continue;
            }
            int end = position + entry.text().length();
            int first = entry.token().leftSpaces() ? Math.max(start, spacesBefore(position, text)) : position;
            if (start < first) {
                between.accept(text.substring(start, first));
            }
            found.accept(entry.id());
            start = entry.token().rightSpaces() ? spacesAfter(end, text) : end;
            position = Math.max(start, end);
        }
        if (start < text.length()) {
            between.accept(text.substring(start));
        }
    }

    private @Nullable Entry at(int position, String text) {
        for (Entry entry : entries.getOrDefault(text.charAt(position), List.of())) {
            if (text.startsWith(entry.text(), position)) {
                return entry;
            }
        }
        return null;
    }

    private static int spacesBefore(int end, String text) {
        int start = end;
        while (start > 0 && Characters.isSpace(text.charAt(start - 1))) { // no space is outside the first plane
            start--;
        }
        return start;
    }

    private static int spacesAfter(int start, String text) {
        int end = start;
        while (end < text.length() && Characters.isSpace(text.charAt(end))) {
            end++;
        }
        return end;
    }
}
