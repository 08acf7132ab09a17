// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The prompts of a workload. */
public final class Prompts {
    private static final List<String> SIZES = List.of("small", "large");
    private static final List<String> COLOURS =
            List.of("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink");
    private static final List<String> SHAPES =
            List.of("circle", "square", "triangle", "star", "heart", "ring", "cross", "diamond");

    private Prompts() {}

    /** @return a prompt for each combination of size, color and shape that the demo model supports */
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

    /** @return the nonblank lines of a text file */
    public static List<String> read(Path file) {
        try {
            List<String> prompts = Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (prompts.isEmpty()) {
                throw new FleetException("--prompts: expected one prompt per line in " + file + ", found none");
            }
            return prompts;
        } catch (IOException e) {
            throw new FleetException("--prompts: cannot read " + file + ": " + e);
        }
    }
}
