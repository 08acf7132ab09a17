// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads the configured prompt files, which contain one prompt per line. Empty lines are ignored. */
final class ConfiguredPrompts {
    private ConfiguredPrompts() {}

    /** @param key configuration key of the file, for error messages */
    static List<String> read(String key, Optional<Path> file) {
        if (file.isEmpty()) {
            return List.of();
        }
        try {
            List<String> prompts = Files.readAllLines(file.get()).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (prompts.isEmpty()) {
                throw new IllegalStateException(key + ": expected at least one prompt, found none in " + file.get());
            }
            return prompts;
        } catch (IOException e) {
            throw new IllegalStateException(key + ": expected a readable text file, found " + e, e);
        }
    }
}
