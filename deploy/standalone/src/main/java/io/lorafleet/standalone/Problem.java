package io.lorafleet.standalone;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import java.net.http.HttpResponse;
import java.util.List;

/** An error of the gateway (application/problem+json, RFC 9457). */
record Problem(String title, String detail, List<BadField> errors) {

    record BadField(String field, String expected, String found) {}

    /** @return the problem in an answer, in lines for people */
    static String describe(HttpResponse<byte[]> answer) {
        try {
            return Json.read(answer.body(), Problem.class).text();
        } catch (InvalidMessageException notAProblem) {
            return answer.uri() + " answered HTTP " + answer.statusCode() + ", and not as a lorafleet gateway does";
        }
    }

    private String text() {
        StringBuilder text = new StringBuilder(title == null ? "the gateway refused" : title);
        if (detail != null) {
            text.append(": ").append(detail);
        }
        if (errors != null) {
            for (BadField error : errors) {
                text.append("\n  ").append(error.field()).append(": expected ").append(error.expected());
                text.append(", found ").append(error.found());
            }
        }
        return text.toString();
    }
}
