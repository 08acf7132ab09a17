// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A problem returned by the gateway (application/problem+json, RFC 9457). */
record ApiProblem(
        @Nullable String title,
        @Nullable String detail,
        @Nullable List<BadField> errors) {

    record BadField(String field, String expected, String found) {}

    /** @return the problem in a response, as text */
    static String describe(HttpResponse<byte[]> response) {
        try {
            String text = Json.read(response.body(), ApiProblem.class).text();
            return response.statusCode() == 401
                    ? text + " (set the environment variable " + GatewayClient.KEY + " to an API key or token)"
                    : text;
        } catch (InvalidMessageException notAProblem) {
            return response.uri() + " returned HTTP " + response.statusCode()
                    + " without a problem document: the server may not be a lorafleet gateway";
        }
    }

    private String text() {
        String what = title == null ? "the gateway rejected the request" : title;
        if (errors == null || errors.isEmpty()) {
            return detail == null ? what : what + ": " + detail;
        }
        // The detail is omitted, because it only repeats the first error.
        return errors.stream()
                .map(e -> "\n  " + e.field() + ": expected " + e.expected() + ", found " + e.found())
                .collect(Collectors.joining("", what, ""));
    }
}
