// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/**
 * Disables HTTP/2 without TLS. Otherwise, Vert.x answers an incomplete {@code Upgrade: h2c} request with 400 and
 * {@code Connection: close}, but does not close the connection, and the client hangs.
 */
@Singleton
final class HttpVersions implements HttpServerOptionsCustomizer {
    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setHttp2ClearTextEnabled(false);
    }
}
