// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Frees the resources of connections on which the gateway has responded before the end of the request body. */
final class Connections {
    /** Maximum time spent discarding the rest of the body after the response. */
    private static final Duration LINGER = Duration.ofSeconds(10);
    /** A client that sends nothing for this long has had time to read the response. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private Connections() {}

    /**
     * Discards the rest of the body after the response; Quarkus' stream would buffer all of it. Closes the connection
     * when the client pauses, or after {@link #LINGER}. If the connection were closed immediately, the unread bytes
     * would cause a connection reset, and the client might not see the response.
     */
    static void dropBodyAfterAnswer(RoutingContext context) {
        HttpServerRequest request = context.request();
        context.addEndHandler(answered -> {
            if (request.isEnded()) {
                return;
            }
            AtomicBoolean receiving = new AtomicBoolean();
            request.handler(bytes -> receiving.set(true)).resume();
            long answeredAt = System.nanoTime();
            context.vertx().setPeriodic(PAUSE.toMillis(), timer -> {
                boolean lingers = receiving.getAndSet(false) && System.nanoTime() - answeredAt < LINGER.toNanos();
                if (lingers && !request.isEnded()) {
                    return;
                }
                context.vertx().cancelTimer(timer);
                if (!request.isEnded() && !request.response().reset()) { // reset() succeeds for HTTP/2 streams
                    request.connection().close();
                }
            });
        });
    }
}
