// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What to draw. */
public final class Prompts {
    private static final List<String> SIZES = List.of("small", "large");
    private static final List<String> COLOURS =
            List.of("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink");
    private static final List<String> SHAPES =
            List.of("circle", "square", "triangle", "star", "heart", "ring", "cross", "diamond");

    private Prompts() {}

    /** @return one of each kind that the demo model knows */
    public static List<String> ofTheDemoModel() {
        List<String> prompts = new ArrayList<>();
        for (String size : SIZES) {
            for (String colour : COLOURS) {
                for (String shape : SHAPES) {
                    prompts.add("a " + size + " " + colour + " " + shape + " on a white background");
                }
            }
        }
        return prompts;
    }

    /** @return one of each line that is not blank */
    public static List<String> read(Path file) {
        try {
            List<String> prompts = Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (prompts.isEmpty()) {
                throw new BenchException("--prompts: expected a prompt on each line of " + file + ", found none");
            }
            return prompts;
        } catch (IOException e) {
            throw new BenchException("--prompts: " + file + " cannot be read: " + e);
        }
    }
}
