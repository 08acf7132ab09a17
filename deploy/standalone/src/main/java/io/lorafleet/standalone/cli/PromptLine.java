// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A prompt for {@code fleet generate}.
 *
 * @param where the place of the prompt, for messages: {@code FILE:LINE}
 * @param fields the fields of the request that the line sets, at least {@code prompt}; they take precedence over options
 */
record PromptLine(String where, ObjectNode fields) {
    /** The name that stands for the standard input. */
    static final String STANDARD_INPUT = "-";

    private static final String PROMPT = "prompt";

    static PromptLine of(String prompt) {
        return new PromptLine("PROMPT", JsonNodeFactory.instance.objectNode().put(PROMPT, prompt));
    }

    String prompt() {
        return fields.get(PROMPT).textValue();
    }

    /**
     * Reads one prompt from each line. A line that starts with a brace is a JSON object with fields of the request. Empty
     * lines are ignored.
     *
     * @param file {@value #STANDARD_INPUT} for the standard input
     * @throws FleetException if the file cannot be read, or if a line is invalid
     */
    static List<PromptLine> read(Path file) throws IOException {
        boolean isInput = file.toString().equals(STANDARD_INPUT);
        if (!isInput && (!Files.exists(file) || Files.isDirectory(file))) {
            throw new FleetException(
                    "--prompts: expected a file, or - for the standard input, found no file at " + file);
        }
        String name = isInput ? "standard input" : file.toString();
        String text;
        try {
            text = isInput
                    ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(file, StandardCharsets.UTF_8);
        } catch (MalformedInputException e) {
            throw new FleetException("--prompts: expected text in UTF-8, found another encoding in " + file);
        }
        List<PromptLine> prompts = new ArrayList<>();
        List<String> lines = text.lines().map(String::strip).toList();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isEmpty()) {
                prompts.add(line(name + ":" + (i + 1), lines.get(i)));
            }
        }
        if (prompts.isEmpty()) {
            throw new FleetException("--prompts: expected one prompt on each line, found none in " + name);
        }
        return prompts;
    }

    private static PromptLine line(String where, String line) {
        if (!line.startsWith("{")) {
            return new PromptLine(where, of(line).fields());
        }
        ObjectNode fields;
        try {
            fields = Json.read(line.getBytes(StandardCharsets.UTF_8), ObjectNode.class);
        } catch (InvalidMessageException e) {
            throw new FleetException(where + ": expected a prompt or a JSON object, found malformed JSON");
        }
        if (!fields.path(PROMPT).isTextual()) {
            throw new FleetException(where + ": expected a JSON object with the field prompt, found "
                    + (fields.has(PROMPT) ? "a prompt that is not a string" : "no prompt"));
        }
        return new PromptLine(where, fields);
    }
}
