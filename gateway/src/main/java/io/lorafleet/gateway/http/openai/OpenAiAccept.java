// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * What a client of OpenAI's API accepts says nothing: which kind of answer is wanted stands in the body, and of the
 * official clients, one accepts only JSON when it asks for events, and another only events.
 */
final class OpenAiAccept {
    @ServerRequestFilter(preMatching = true)
    void acceptAnything(ContainerRequestContext request) {
        if (request.getUriInfo().getPath().equals(OpenAiResource.PATH)) {
            request.getHeaders().putSingle(HttpHeaders.ACCEPT, MediaType.WILDCARD);
        }
    }
}
