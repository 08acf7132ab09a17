// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/**
 * Turns off HTTP/2 without TLS. With it, Vert.x answers an incomplete {@code Upgrade: h2c} request with 400 and {@code
 * Connection: close}, but never closes the connection, and the client waits.
 */
@Singleton
final class HttpVersions implements HttpServerOptionsCustomizer {
    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setHttp2ClearTextEnabled(false);
    }
}
