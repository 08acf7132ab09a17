// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a prompt with its weight. In the common syntax, {@code (word)} multiplies the weight by 1.1, {@code [word]}
 * divides it by 1.1, {@code (word:1.3)} multiplies it by 1.3, and a backslash before a bracket or a backslash makes it
 * an ordinary character. Any other backslash disappears. Brackets can be nested. A bracket that is never closed lasts until the end of the prompt, and
 * a closing bracket without an opening one is an ordinary character.
 *
 * @param text text without the syntax
 * @param weight weight of the text
 * @see "AUTOMATIC1111's web UI, modules/prompt_parser.py parse_prompt_attention"
 */
public record WeightedText(String text, double weight) {
    private static final double STEP = 1.1;
    /** A weight and the bracket that ends its range. */
    private static final Pattern WEIGHT = Pattern.compile(":\\s*([+-]?[.\\d]+)\\s*\\)");

    private static final String SPECIAL = "\\()[]";

    /** @return the parts of the prompt in order, at least one; adjacent parts have different weights */
    public static List<WeightedText> parse(String prompt) {
        return new Parser(prompt).parse();
    }

    private static final class Parser {
        private final String prompt;
        private final List<WeightedText> parts = new ArrayList<>();
        /** The first part inside each open bracket. */
        private final Deque<Integer> round = new ArrayDeque<>();

        private final Deque<Integer> square = new ArrayDeque<>();

        Parser(String prompt) {
            this.prompt = prompt;
        }

        List<WeightedText> parse() {
            Matcher weight = WEIGHT.matcher(prompt);
            int position = 0;
            while (position < prompt.length()) {
                char c = prompt.charAt(position);
                weight.region(position, prompt.length());
                if (c == '\\') {
                    boolean escape =
                            position + 1 < prompt.length() && SPECIAL.indexOf(prompt.charAt(position + 1)) >= 0;
                    if (escape) {
                        position++;
                        add(prompt.substring(position, position + 1));
                    }
                } else if (c == '(') {
                    round.push(parts.size());
                } else if (c == '[') {
                    square.push(parts.size());
                } else if (c == ':' && !round.isEmpty() && weight.lookingAt()) {
                    multiply(round.pop(), number(weight.group(1)));
                    position = weight.end() - 1;
                } else if (c == ')' && !round.isEmpty()) {
                    multiply(round.pop(), STEP);
                } else if (c == ']' && !square.isEmpty()) {
                    multiply(square.pop(), 1 / STEP);
                } else {
                    add(String.valueOf(c));
                }
                position++;
            }
            round.forEach(start -> multiply(start, STEP));
            square.forEach(start -> multiply(start, 1 / STEP));
            return merged();
        }

        private static double number(String text) {
            try {
                double number = Double.parseDouble(text);
                if (Double.isFinite(number)) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // reported below
            }
            throw new IllegalArgumentException("prompt weight: expected a number, found " + text);
        }

        private void add(String text) {
            parts.add(new WeightedText(text, 1));
        }

        private void multiply(int start, double factor) {
            for (int i = start; i < parts.size(); i++) {
                parts.set(i, new WeightedText(parts.get(i).text(), parts.get(i).weight() * factor));
            }
        }

        private List<WeightedText> merged() {
            List<WeightedText> merged = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < parts.size(); i++) {
                text.append(parts.get(i).text());
                if (i + 1 == parts.size()
                        || parts.get(i + 1).weight() != parts.get(i).weight()) {
                    merged.add(new WeightedText(text.toString(), parts.get(i).weight()));
                    text.setLength(0);
                }
            }
            return merged.isEmpty() ? List.of(new WeightedText("", 1)) : List.copyOf(merged);
        }
    }
}
