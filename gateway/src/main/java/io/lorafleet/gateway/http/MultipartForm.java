// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The body of a {@code multipart/form-data} request, in memory. The framework's own forms would be written to disk, and
 * would not be subject to the limits of the gateway's other bodies.
 *
 * @param parts parts in the order of the body
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7578">RFC 7578</a>
 */
public record MultipartForm(List<Part> parts) {
    private static final int MAX_PARTS = 64;
    private static final int MAX_HEADER_BYTES = 8192;
    private static final byte[] LINE_END = {'\r', '\n'};
    private static final byte[] HEADER_END = {'\r', '\n', '\r', '\n'};

    private static final Pattern NAME = Pattern.compile(
            "^Content-Disposition:\\s*form-data\\b.*?;\\s*name=(\"([^\"\r\n]*)\"|[^;\\s\"]+)",
            Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

    public MultipartForm {
        parts = List.copyOf(parts);
    }

    /** A field: a text or the content of a file. */
    public record Part(String name, byte[] content) {
        /** @return the content as UTF-8 */
        public String text() {
            return new String(content, StandardCharsets.UTF_8);
        }
    }

    /** @return the parts with one of these names */
    public List<Part> all(String... names) {
        return parts.stream()
                .filter(part -> List.of(names).contains(part.name()))
                .toList();
    }

    /** @return the last value of a text field; null if the field is absent or empty */
    public @Nullable String text(String name) {
        List<Part> found = all(name);
        String text = found.isEmpty() ? "" : found.get(found.size() - 1).text();
        return text.isEmpty() ? null : text;
    }

    /**
     * @param boundary value of the parameter {@code boundary} of the Content-Type
     * @throws ProblemException if the body is not form data with this boundary
     */
    static MultipartForm of(byte[] body, String boundary) {
        byte[] delimiter = ("--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        byte[] nextDelimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        List<Part> parts = new ArrayList<>();
        int at = require(indexOf(body, delimiter, 0), "the boundary of the Content-Type") + delimiter.length;
        while (!startsWith(body, at, new byte[] {'-', '-'})) {
            if (!startsWith(body, at, LINE_END)) {
                throw invalid("a line end after each boundary");
            }
            int headerEnd = indexOf(body, HEADER_END, at);
            if (headerEnd < 0 || headerEnd - at > MAX_HEADER_BYTES) {
                throw invalid("headers of at most " + MAX_HEADER_BYTES + " bytes in each part");
            }
            int from = headerEnd + HEADER_END.length;
            // The content may be empty, so that the line end before the next boundary is that of the headers.
            int to = require(indexOf(body, nextDelimiter, from - LINE_END.length), "a boundary after each part");
            parts.add(part(body, at, headerEnd, from, Math.max(from, to)));
            if (parts.size() > MAX_PARTS) {
                throw invalid("at most " + MAX_PARTS + " parts");
            }
            at = to + nextDelimiter.length;
        }
        return new MultipartForm(parts);
    }

    private static Part part(byte[] body, int headers, int headerEnd, int from, int to) {
        Matcher name = NAME.matcher(new String(body, headers, headerEnd - headers, StandardCharsets.UTF_8));
        if (!name.find()) {
            throw invalid("a Content-Disposition with a name in each part");
        }
        byte[] content = new byte[to - from];
        System.arraycopy(body, from, content, 0, content.length);
        return new Part(name.group(2) == null ? name.group(1) : name.group(2), content);
    }

    private static int require(int index, String expected) {
        if (index < 0) {
            throw invalid(expected);
        }
        return index;
    }

    private static ProblemException invalid(String expected) {
        return new ProblemException(Problem.invalid("body", "form data with " + expected, "other bytes"));
    }

    private static int indexOf(byte[] body, byte[] wanted, int from) {
        for (int i = Math.max(from, 0); i <= body.length - wanted.length; i++) {
            if (startsWith(body, i, wanted)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean startsWith(byte[] body, int at, byte[] wanted) {
        if (at + wanted.length > body.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (body[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }
}
