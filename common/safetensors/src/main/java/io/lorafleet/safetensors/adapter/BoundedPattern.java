// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression from a file, which is untrusted input. Some expressions need exponential time even for short
 * names, so the number of characters that a match reads is limited.
 */
final class BoundedPattern {
    private static final int MAX_CHARACTERS = 10_000;
    private static final int MAX_READS = 200_000;

    private final Pattern pattern;

    private BoundedPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /** An expression that is invalid or too expensive. */
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        Unusable(String message) {
            super(message);
        }
    }

    static BoundedPattern of(String expression) throws Unusable {
        if (expression.length() > MAX_CHARACTERS) {
            throw new Unusable("expected a regular expression of at most " + MAX_CHARACTERS + " characters, found "
                    + expression.length());
        }
        try {
            return new BoundedPattern(Pattern.compile(expression));
        } catch (PatternSyntaxException | StackOverflowError e) {
            throw new Unusable("expected a regular expression, found " + expression);
        }
    }

    /** @return whether the expression matches the whole name */
    boolean matches(String name) throws Unusable {
        try {
            return matcher(name).matches();
        } catch (TooManyReads | StackOverflowError e) {
            throw tooExpensive();
        }
    }

    /** @return the group, if the expression matches the start of the name */
    Optional<String> groupAtStart(String group, String name) throws Unusable {
        try {
            Matcher matcher = matcher(name);
            return matcher.lookingAt() ? Optional.of(matcher.group(group)) : Optional.empty();
        } catch (TooManyReads | StackOverflowError e) {
            throw tooExpensive();
        }
    }

    private Matcher matcher(String name) {
        return pattern.matcher(new Counted(name, new int[1]));
    }

    private Unusable tooExpensive() {
        return new Unusable("expected a regular expression that can be matched quickly, found " + pattern);
    }

    private static final class TooManyReads extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyReads() {
            super(null, null, false, false);
        }
    }

    /** @param reads number of characters read so far */
    private record Counted(CharSequence text, int[] reads) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            reads[0]++;
            if (reads[0] > MAX_READS) {
                throw new TooManyReads();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }
    }
}
