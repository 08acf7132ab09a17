// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import java.util.Optional;

/**
 * Parses a stream of server-sent events line by line. Reads the fields {@code event} and {@code data} and ignores all
 * others.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">HTML, section 9.2</a>
 */
final class ServerSentEvents {
    private String name = "";
    private final StringBuilder data = new StringBuilder();

    /** One event. Its name is {@code message} if the stream does not specify one. */
    record Event(String name, String data) {}

    /**
     * @param line a line without its terminator
     * @return the event that the line completes, if any
     */
    Optional<Event> line(String line) {
        if (line.isEmpty()) {
            return complete();
        }
        int colon = line.indexOf(':');
        String field = colon < 0 ? line : line.substring(0, colon);
        String value = colon < 0 ? "" : line.substring(colon + 1);
        if (value.startsWith(" ")) {
            value = value.substring(1);
        }
        switch (field) {
            case "event" -> name = value;
            case "data" -> data.append(value).append('\n');
            default -> {} // a comment, which has no field name, or an ignored field
        }
        return Optional.empty();
    }

    private Optional<Event> complete() {
        Optional<Event> event = data.isEmpty()
                ? Optional.empty()
                : Optional.of(new Event(name.isEmpty() ? "message" : name, data.substring(0, data.length() - 1)));
        name = "";
        data.setLength(0);
        return event;
    }
}
