// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.history;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Reads a history. */
public final class HistoryReader {
    static final String SUFFIX = ".jsonl";

    private HistoryReader() {}

    /**
     * @return the events of all files, by time
     * @throws InvalidMessageException if a line is not an event; the message names the file and the line
     */
    public static List<HistoryEvent> read(Path folder) throws IOException {
        List<HistoryEvent> events = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList()) {
                read(file, events);
            }
        }
        events.sort(Comparator.comparingLong(HistoryEvent::t));
        return events;
    }

    private static void read(Path file, List<HistoryEvent> events) throws IOException {
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            try {
                events.add(Json.read(lines.get(i).getBytes(StandardCharsets.UTF_8), HistoryEvent.class));
            } catch (InvalidMessageException e) {
                throw new InvalidMessageException(file + ", line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
    }
}
