// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/**
 * Disables HTTP/2 without TLS. Otherwise, Vert.x would answer an incomplete {@code Upgrade: h2c} request with status
 * 400 and {@code Connection: close}, but would not close the connection, and the client would hang.
 */
@Singleton
final class HttpVersions implements HttpServerOptionsCustomizer {
    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setHttp2ClearTextEnabled(false);
    }
}
