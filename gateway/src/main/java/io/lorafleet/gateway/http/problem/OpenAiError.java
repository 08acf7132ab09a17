// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An error in OpenAI's format. Fields without a value are null rather than absent, as clients expect. */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record OpenAiError(
        String message,
        String type,
        @Schema(nullable = true) @Nullable String param,
        String code) {

    public static OpenAiError of(Problem problem) {
        String urn = problem.type().toString();
        return new OpenAiError(
                problem.detail(),
                problem.status() < 500 ? "invalid_request_error" : "server_error",
                problem.errors().isEmpty() ? null : problem.errors().get(0).field(),
                urn.substring(urn.lastIndexOf(':') + 1).replace('-', '_'));
    }
}
