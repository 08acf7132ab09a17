// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/** Keeps connections whose requests are answered before their bodies have ended from costing memory or time. */
final class Connections {
    private static final Duration LINGER = Duration.ofSeconds(1);

    private Connections() {}

    /**
     * Drops what is still to come of the body once the request is answered, and ends the connection if that takes too
     * long. Quarkus' stream would keep all of it in memory. The connection is not ended at once: one that is closed with
     * bytes unread is reset, and the client may never see the answer.
     */
    static void dropBodyAfterAnswer(RoutingContext context) {
        HttpServerRequest request = context.request();
        context.addEndHandler(answered -> {
            if (request.isEnded()) {
                return;
            }
            request.handler(null).resume();
            context.vertx().setTimer(LINGER.toMillis(), timer -> {
                if (!request.isEnded() && !request.response().reset()) { // what is reset is a stream of HTTP/2
                    request.connection().close();
                }
            });
        });
    }
}
