// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A text file with one prompt per line. Empty lines are ignored. */
public final class PromptFile {
    private PromptFile() {}

    public static List<String> read(Path file) {
        try {
            List<String> prompts = Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (prompts.isEmpty()) {
                throw new FleetException(file + ": expected one prompt per line, found none");
            }
            return prompts;
        } catch (IOException e) {
            throw new FleetException("--prompts: cannot read " + file + ": " + e);
        }
    }
}
