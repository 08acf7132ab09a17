// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.security.Caller;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.resteasy.reactive.RestStreamElementType;

/**
 * Limits the number of concurrent requests per caller, because a request occupies a thread from the first byte of its
 * body until the client has read the response. Responses that clients read too slowly are aborted. Event streams do not
 * occupy threads, and have their own quota.
 */
@Provider
public final class RequestShares implements ContainerRequestFilter {
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(10);

    // Looked up for each request, because providers are created before the configuration is available.
    private final Instance<GatewayConfig> config;
    private final Instance<Quotas> quotas;
    private final Instance<Caller> caller;
    private final CurrentVertxRequest current;

    @Context
    ResourceInfo resource;

    RequestShares(
            Instance<GatewayConfig> config,
            Instance<Quotas> quotas,
            Instance<Caller> caller,
            CurrentVertxRequest current) {
        this.config = config;
        this.quotas = quotas;
        this.caller = caller;
        this.current = current;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (isStream()) {
            return;
        }
        RoutingContext context = current.getCurrent();
        Quota requests = quotas.get().requests();
        String owner = caller.get().owner();
        requests.take(owner, 1);
        long leastBytes = CHECK_INTERVAL.toSeconds() * config.get().limits().minBodyBytesPerSecond();
        long watch = watch(context, leastBytes);
        context.addEndHandler(ended -> {
            context.vertx().cancelTimer(watch);
            requests.giveBack(owner, 1);
        });
    }

    private boolean isStream() {
        return resource.getResourceClass().isAnnotationPresent(Streaming.class)
                || resource.getResourceMethod().isAnnotationPresent(RestStreamElementType.class);
    }

    private static long watch(RoutingContext context, long leastBytes) {
        HttpServerResponse response = context.response();
        AtomicLong before = new AtomicLong();
        return context.vertx().setPeriodic(CHECK_INTERVAL.toMillis(), timer -> {
            long written = response.bytesWritten();
            if (response.headWritten() && written - before.getAndSet(written) < leastBytes) {
                response.reset(); // closes the connection for HTTP/1.1
            }
        });
    }
}
