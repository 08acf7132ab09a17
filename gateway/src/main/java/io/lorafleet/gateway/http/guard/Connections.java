// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/** Frees the resources of connections whose request was answered before its body ended. */
final class Connections {
    private static final Duration LINGER = Duration.ofSeconds(1);

    private Connections() {}

    /**
     * Discards the rest of the body after the response, and closes the connection if the body does not end soon.
     * Quarkus' stream would buffer all of it. Closing at once would reset the connection because of the unread bytes,
     * and the client might not see the response.
     */
    static void dropBodyAfterAnswer(RoutingContext context) {
        HttpServerRequest request = context.request();
        context.addEndHandler(answered -> {
            if (request.isEnded()) {
                return;
            }
            request.handler(null).resume();
            context.vertx().setTimer(LINGER.toMillis(), timer -> {
                if (!request.isEnded() && !request.response().reset()) { // reset() succeeds for HTTP/2 streams
                    request.connection().close();
                }
            });
        });
    }
}
