// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.webhook;

import io.lorafleet.gateway.generation.admission.Origin;
import io.lorafleet.gateway.generation.admission.WebhookRules;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.tracing.TracingPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Makes individual webhook calls. A call connects to the checked address, and uses the host name for TLS and in the
 * Host header. One timeout covers everything from the DNS lookup to the response status. After receiving the status,
 * the client closes the connection without reading the response body. It does not follow redirects, because their
 * targets are not checked.
 */
final class WebhookClient {
    private static final Duration IDLE_THREADS_END_AFTER = Duration.ofMinutes(1);

    private final Vertx vertx;
    private final WebhookRules rules;
    private final Duration timeout;
    private final HttpClient http;
    /**
     * A separate thread pool, because slow DNS lookups must not block other work, and clients can send any number of
     * URLs with host names that resolve slowly.
     */
    private final ExecutorService lookUps;

    /** @param most maximum number of concurrent calls */
    WebhookClient(Vertx vertx, WebhookRules rules, Duration timeout, int most) {
        this.vertx = vertx;
        this.rules = rules;
        this.timeout = timeout;
        http = vertx.createHttpClient(
                new HttpClientOptions()
                        .setKeepAlive(false)
                        // The URL may contain a token, and the receiver is not trusted: no span, no trace context.
                        .setTracingPolicy(TracingPolicy.IGNORE)
                        .setConnectTimeout((int) timeout.toMillis())
                        .setSslHandshakeTimeout(timeout.toMillis())
                        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS),
                new PoolOptions().setHttp1MaxSize(most));
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                most,
                most,
                IDLE_THREADS_END_AFTER.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "webhook-look-up");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        lookUps = threads;
    }

    /**
     * Fails with an {@link IOException} if no response arrives in time, and with an {@link IllegalArgumentException} if
     * the URL is not allowed. The messages quote no part of the URL except the host.
     *
     * @return the response status
     */
    Future<Integer> post(URI url, Map<String, String> headers, byte[] body) {
        Promise<Integer> status = Promise.promise();
        long timer = vertx.setTimer(
                timeout.toMillis(), late -> status.tryFail(new IOException("no response within " + timeout)));
        lookUp(url, status.future())
                .compose(address -> exchange(url, address, headers, body, status.future()))
                .onComplete(answer -> {
                    if (answer.succeeded()) {
                        status.tryComplete(answer.result());
                    } else {
                        status.tryFail(answer.cause());
                    }
                });
        return status.future().onComplete(any -> vertx.cancelTimer(timer));
    }

    /** @param over future that completes when the address is no longer needed */
    private Future<InetAddress> lookUp(URI url, Future<?> over) {
        Promise<InetAddress> found = Promise.promise();
        lookUps.execute(() -> {
            try {
                if (!over.isComplete()) {
                    found.complete(rules.addressOf(url));
                }
            } catch (UnknownHostException e) {
                found.fail(new IOException("cannot resolve the host name " + url.getHost()));
            } catch (RuntimeException e) {
                found.fail(e);
            }
        });
        return found.future();
    }

    /** @param over future that completes when the connection can be closed */
    private Future<Integer> exchange(
            URI url, InetAddress address, Map<String, String> headers, byte[] body, Future<?> over) {
        return http.request(options(url, address, headers))
                .compose(request -> {
                    // Without a handler, Vert.x would log errors that contain text from the receiver. Relevant errors
                    // fail the future.
                    request.connection().exceptionHandler(e -> {});
                    over.onComplete(any -> request.connection().close());
                    return request.send(Buffer.buffer(body));
                })
                .map(response -> response.exceptionHandler(e -> {}).statusCode())
                // Libraries' error messages can quote the URL, which may contain a token.
                .recover(e -> Future.failedFuture(
                        new IOException("the call failed: " + e.getClass().getSimpleName())));
    }

    private static RequestOptions options(URI url, InetAddress address, Map<String, String> headers) {
        Origin origin = Origin.of(url);
        URI ascii = URI.create(url.toASCIIString());
        String path = ascii.getRawPath().isEmpty() ? "/" : ascii.getRawPath();
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(SocketAddress.inetSocketAddress(origin.port(), address.getHostAddress()))
                .setHost(origin.host())
                .setPort(origin.port())
                .setSsl(origin.isSecure())
                .setURI(ascii.getRawQuery() == null ? path : path + "?" + ascii.getRawQuery());
        headers.forEach(options::putHeader);
        return options;
    }
}
