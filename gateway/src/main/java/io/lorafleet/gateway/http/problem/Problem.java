// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.lorafleet.gateway.BadField;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of an error response.
 *
 * @param detail human-readable explanation of the error
 * @param errors the invalid fields, if any
 * @param error the same error in OpenAI's format, for the paths in {@link OpenAiPaths}
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        URI type,
        String title,
        int status,
        String detail,
        @Nullable String instance,
        List<BadField> errors,
        @Nullable OpenAiError error) {
    public static final String MEDIA_TYPE = "application/problem+json";

    public static Problem of(ProblemType type, String detail) {
        return of(type, type.status(), detail, List.of());
    }

    public static Problem of(ProblemType type, int status, String detail, List<BadField> errors) {
        return new Problem(type.uri(), type.title(), status, detail, null, errors, null);
    }

    public static Problem invalid(List<BadField> errors) {
        BadField first = errors.get(0);
        return of(
                ProblemType.INVALID_REQUEST,
                ProblemType.INVALID_REQUEST.status(),
                first.field() + ": expected " + first.expected() + ", found " + first.found(),
                errors);
    }

    public static Problem invalid(String field, String expected, String found) {
        return invalid(List.of(new BadField(field, expected, found)));
    }

    Problem at(String path) {
        return new Problem(type, title, status, detail, path, errors, error);
    }

    Problem with(OpenAiError inOpenAisForm) {
        return new Problem(type, title, status, detail, instance, errors, inOpenAisForm);
    }
}
