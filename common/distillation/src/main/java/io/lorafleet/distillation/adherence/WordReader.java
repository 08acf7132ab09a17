// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Parses a prompt's words in order. Error messages list all alternatives tried at the word that failed. */
final class WordReader {
    private final List<String> words;
    private final List<String> expected = new ArrayList<>();
    private int next;

    WordReader(String prompt) {
        words = Arrays.asList(prompt.strip().toLowerCase(Locale.ROOT).split("\\s+"));
    }

    /** @return a value's words, such as {@code left of} */
    static String of(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    boolean accept(String phrase) {
        List<String> wanted = List.of(phrase.split(" "));
        if (!words.subList(next, Math.min(next + wanted.size(), words.size())).equals(wanted)) {
            expected.add(phrase);
            return false;
        }
        next += wanted.size();
        expected.clear();
        return true;
    }

    void require(String phrase) {
        if (!accept(phrase)) {
            throw unexpected();
        }
    }

    /** @return the value that the next words represent, or null */
    <E extends Enum<E>> @Nullable E accept(Class<E> type) {
        for (E value : type.getEnumConstants()) {
            if (accept(of(value))) {
                return value;
            }
        }
        return null;
    }

    <E extends Enum<E>> E require(Class<E> type) {
        E value = accept(type);
        if (value == null) {
            throw unexpected();
        }
        return value;
    }

    void requireEnd() {
        if (next < words.size()) {
            expected.add("the end");
            throw unexpected();
        }
    }

    IllegalArgumentException unexpected() {
        String found = next < words.size() ? "'" + words.get(next) + "'" : "the end";
        return new IllegalArgumentException("prompt '" + String.join(" ", words) + "': word " + (next + 1)
                + ": expected " + String.join(", ", expected) + "; found " + found);
    }
}
