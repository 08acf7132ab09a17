// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.security.HostRules;
import io.lorafleet.gateway.security.OriginRules;
import io.lorafleet.gateway.security.PathRules;
import io.lorafleet.gateway.security.Security;
import io.lorafleet.messages.Json;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/** Checks the host, origin and path of every request before any other handler. */
@Singleton
final class RequestGuard {
    /** Priority of this filter: before CORS, authentication and all other filters. */
    private static final int FIRST = 1000;

    private static final List<String> PROXY_HEADERS =
            List.of("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP");

    private final boolean open;
    private final HostRules hosts;
    private final OriginRules origins;

    RequestGuard(Security security, HostRules hosts, OriginRules origins) {
        this.open = security.isOpen();
        this.hosts = hosts;
        this.origins = origins;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, FIRST);
    }

    /**
     * Handles requests that fail before {@link #check}, because they have no valid Host header or their clients have
     * disconnected. Otherwise, each such request would log an error, and clients could fill up the log.
     */
    void failQuietly(@Observes Router router) {
        router.route().order(-FIRST).failureHandler(context -> {
            if (context.response().closed()) {
                return;
            }
            if (context.request().authority() == null) {
                Connections.dropBodyAfterAnswer(context);
                refuse(
                        context,
                        Problem.of(ProblemType.INVALID_REQUEST, "Host: expected HOST or HOST:PORT, found neither"));
                return;
            }
            context.next();
        });
    }

    private void check(RoutingContext context) {
        Connections.dropBodyAfterAnswer(context);
        HttpServerRequest request = context.request();
        String authority =
                request.authority() == null ? null : request.authority().toString();
        Optional<Problem> problem = problem(ProblemType.FOREIGN_HOST, hosts.refuse(authority))
                .or(() -> problem(ProblemType.PROXIED, refuseProxy(request)))
                .or(() -> problem(
                        ProblemType.FOREIGN_ORIGIN,
                        origins.refuse(new OriginRules.Sent(
                                request.method().name(),
                                authority,
                                request.getHeader("Origin"),
                                request.getHeader("Sec-Fetch-Site"),
                                request.getHeader("Sec-Fetch-Mode")))))
                .or(() -> problem(ProblemType.INVALID_REQUEST, PathRules.refuse(request.path())));
        if (problem.isEmpty()) {
            context.next();
            return;
        }
        refuse(context, problem.get());
    }

    private static void refuse(RoutingContext context, Problem problem) {
        context.response()
                .setStatusCode(problem.status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .end(Buffer.buffer(Json.write(problem)));
    }

    private static Optional<Problem> problem(ProblemType type, Optional<String> detail) {
        return detail.map(text -> Problem.of(type, text));
    }

    /** In open mode, a proxy on this machine would give its remote clients full access. */
    private Optional<String> refuseProxy(HttpServerRequest request) {
        return open
                ? PROXY_HEADERS.stream()
                        .filter(request.headers()::contains)
                        .findFirst()
                        .map(name -> name + ": not allowed in open mode, which is for local clients only; set"
                                + " lorafleet.security.api-keys or quarkus.oidc")
                : Optional.empty();
    }
}
