package io.lorafleet.gateway.http;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/**
 * HTTP/2 is for TLS, where both sides agree on it first. Without TLS, Vert.x would answer a request that offers to change
 * over to it, and does not say all that belongs to that, with a 400 that never ends.
 */
@Singleton
final class HttpVersions implements HttpServerOptionsCustomizer {
    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setHttp2ClearTextEnabled(false);
    }
}
