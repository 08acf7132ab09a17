// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** An HTTP server that returns prepared responses. JSON is written with single quotes. */
public final class StubGateway implements AutoCloseable {
    /** @param retryAfter value of the header, or null */
    public record Response(int status, String body, String retryAfter) {
        public static Response of(int status, String body) {
            return new Response(status, body, null);
        }
    }

    /** Each request: method, path with query, and body, separated by spaces. */
    public final List<String> asked = new CopyOnWriteArrayList<>();
    /** The Authorization header of each request; "null" if it has none. */
    public final List<String> authorizations = new CopyOnWriteArrayList<>();

    private final Map<String, Function<String, Response>> responses = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    public StubGateway() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::respond);
        server.start();
    }

    public String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** @param request method and path, without query */
    public StubGateway on(String request, int status, String body) {
        return on(request, asked -> Response.of(status, body));
    }

    /** @param response function of the request's body */
    public StubGateway on(String request, Function<String, Response> response) {
        responses.put(request, response);
        return this;
    }

    private void respond(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String method = exchange.getRequestMethod();
        asked.add((method + " " + exchange.getRequestURI() + " " + body).strip());
        authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        Response response = responses
                .getOrDefault(
                        method + " " + exchange.getRequestURI().getPath(),
                        unknown -> Response.of(404, "{'title':'Not found'}"))
                .apply(body);
        byte[] content = response.body().replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        if (response.retryAfter() != null) {
            exchange.getResponseHeaders().add("Retry-After", response.retryAfter());
        }
        exchange.sendResponseHeaders(response.status(), content.length == 0 ? -1 : content.length);
        if (content.length > 0) {
            exchange.getResponseBody().write(content);
        }
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
