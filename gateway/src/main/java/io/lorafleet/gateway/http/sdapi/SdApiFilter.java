// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.sdapi;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.container.ContainerRequestContext;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Hides the API unless it is enabled. */
final class SdApiFilter {
    static final String PATH = "/sdapi/v1";

    // Looked up for each request, because providers are created before the configuration is available.
    private final Instance<GatewayConfig> config;

    SdApiFilter(Instance<GatewayConfig> config) {
        this.config = config;
    }

    @ServerRequestFilter
    void hideUnlessEnabled(ContainerRequestContext request) {
        if (request.getUriInfo().getPath().startsWith(PATH + "/")
                && !config.get().sdapi().enabled()) {
            throw new ProblemException(
                    ProblemType.NOT_FOUND, "this API is disabled; to enable it, set lorafleet.sdapi.enabled");
        }
    }
}
