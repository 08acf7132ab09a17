// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Limits what a connection costs when its request is answered before the body has ended. */
final class Connections {
    /** Maximum time for the rest of the body after the answer. */
    private static final Duration LINGER = Duration.ofSeconds(10);
    /** A client that sends nothing for this time has had the time to read the answer. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private Connections() {}

    /**
     * Discards the rest of the body once the request is answered; Quarkus' stream would keep all of it in memory. Closes the
     * connection when the client pauses, or after {@link #LINGER}. It is not closed at once: a connection that is closed
     * with bytes unread is reset, and the client may never see the answer.
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
                if (!request.isEnded() && !request.response().reset()) { // reset() ends a stream of HTTP/2
                    request.connection().close();
                }
            });
        });
    }
}
