// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;

/**
 * Refuses requests without a Content-Type if the endpoint consumes only specific types. The framework accepts such
 * requests, and web pages can send them to other origins without a preflight request (CORS simple requests).
 */
@Provider
public final class DeclaredContentType implements ContainerRequestFilter {
    @Context
    ResourceInfo resource;

    @Override
    public void filter(ContainerRequestContext request) {
        Consumes consumes = resource.getResourceMethod().getAnnotation(Consumes.class);
        if (consumes != null && request.getMediaType() == null) {
            throw new ProblemException(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Type: expected " + String.join(" or ", consumes.value()) + ", found none");
        }
    }
}
