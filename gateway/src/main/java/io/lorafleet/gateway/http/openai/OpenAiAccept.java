// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import io.lorafleet.gateway.http.problem.OpenAiPaths;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Ignores the Accept header of requests to OpenAI's image endpoints. The body selects the format of the response, and the
 * header can contradict it: for a stream, one official client accepts only JSON, and another accepts only events.
 */
final class OpenAiAccept {
    @ServerRequestFilter(preMatching = true)
    void acceptAnything(ContainerRequestContext request) {
        if (OpenAiPaths.isImagePath(request.getUriInfo().getPath())) {
            request.getHeaders().putSingle(HttpHeaders.ACCEPT, MediaType.WILDCARD);
        }
    }
}
