package io.lorafleet.gateway.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/** Ends connections whose requests are refused before they are read. */
final class Connections {
    private static final Duration LINGER = Duration.ofSeconds(1);

    private Connections() {}

    /**
     * What is still to come of the body would be taken for the next request. The answer gets time to arrive first: a
     * connection that is closed with bytes unread is reset, and the client may never see it.
     */
    static void closeAfterAnswer(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.version() != HttpVersion.HTTP_2) { // there, it ends with its stream
            context.addEndHandler(answered -> context.vertx()
                    .setTimer(LINGER.toMillis(), timer -> request.connection().close()));
        }
    }
}
