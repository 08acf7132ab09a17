// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.webhook;

import io.lorafleet.gateway.generation.Origin;
import io.lorafleet.gateway.generation.WebhookRules;
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
 * Makes single calls. Each goes to the address that was checked, while TLS and the header Host have the name; each has one
 * deadline, from the look-up of the name to the status. Then the connection is closed: whatever else the answer has, nobody
 * waits for it. Redirects are not followed, since they would lead to where nobody looked.
 */
final class WebhookClient {
    private static final Duration IDLE_THREADS_END_AFTER = Duration.ofMinutes(1);

    private final Vertx vertx;
    private final WebhookRules rules;
    private final Duration timeout;
    private final HttpClient http;
    /** Of its own: names that nobody answers for, of which clients may think up many, must not hold up anything else. */
    private final ExecutorService lookUps;

    /** @param most calls at once */
    WebhookClient(Vertx vertx, WebhookRules rules, Duration timeout, int most) {
        this.vertx = vertx;
        this.rules = rules;
        this.timeout = timeout;
        http = vertx.createHttpClient(
                new HttpClientOptions()
                        .setKeepAlive(false)
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
     * @return the answer's status; an {@link IOException} if there was none in time, an {@link IllegalArgumentException} if
     *     the URL may not be called. Neither quotes more of the URL than its host.
     */
    Future<Integer> post(URI url, Map<String, String> headers, byte[] body) {
        Promise<Integer> status = Promise.promise();
        long timer = vertx.setTimer(
                timeout.toMillis(), late -> status.tryFail(new IOException("expected an answer within " + timeout)));
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

    /** @param over completes when nobody wants the address any more */
    private Future<InetAddress> lookUp(URI url, Future<?> over) {
        Promise<InetAddress> found = Promise.promise();
        lookUps.execute(() -> {
            try {
                if (!over.isComplete()) {
                    found.complete(rules.addressOf(url));
                }
            } catch (UnknownHostException e) {
                found.fail(new IOException("expected an address of " + url.getHost() + ", found none"));
            } catch (RuntimeException e) {
                found.fail(e);
            }
        });
        return found.future();
    }

    /** @param over completes when the connection is to be closed */
    private Future<Integer> exchange(
            URI url, InetAddress address, Map<String, String> headers, byte[] body, Future<?> over) {
        return http.request(options(url, address, headers))
                .compose(request -> {
                    // Or else Vert.x logs it, in the receiver's words. What matters comes as a failure.
                    request.connection().exceptionHandler(e -> {});
                    over.onComplete(any -> request.connection().close());
                    return request.send(Buffer.buffer(body));
                })
                .map(response -> response.exceptionHandler(e -> {}).statusCode())
                // What the libraries say may quote the URL, and so a token in it.
                .recover(e -> Future.failedFuture(new IOException(
                        "expected an answer, found " + e.getClass().getSimpleName())));
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
