// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An error of the gateway (application/problem+json, RFC 9457). */
record ApiProblem(
        @Nullable String title,
        @Nullable String detail,
        @Nullable List<BadField> errors) {

    record BadField(String field, String expected, String found) {}

    /** @return the problem in an answer, in lines for people */
    static String describe(HttpResponse<byte[]> response) {
        try {
            String said = Json.read(response.body(), ApiProblem.class).text();
            return response.statusCode() == 401
                    ? said + " (" + GatewayClient.KEY + " in the environment is where a key or a token goes)"
                    : said;
        } catch (InvalidMessageException notAProblem) {
            return response.uri() + " answered HTTP " + response.statusCode() + ", and not as a lorafleet gateway does";
        }
    }

    private String text() {
        String what = title == null ? "the gateway refused" : title;
        if (errors == null || errors.isEmpty()) {
            return detail == null ? what : what + ": " + detail;
        }
        // The detail only says the first of them once more.
        return errors.stream()
                .map(e -> "\n  " + e.field() + ": expected " + e.expected() + ", found " + e.found())
                .collect(Collectors.joining("", what, ""));
    }
}
