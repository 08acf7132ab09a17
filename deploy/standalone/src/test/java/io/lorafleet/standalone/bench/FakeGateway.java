// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lorafleet.messages.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** An HTTP server with the gateway's API. The test decides when each generation finishes. */
class FakeGateway implements AutoCloseable {
    static final Instant STARTED = Instant.parse("2126-01-01T00:00:00Z");

    final List<JsonNode> requests = new CopyOnWriteArrayList<>();
    /** The Authorization header of each request; "null" if it has none. */
    final List<String> authorizations = new CopyOnWriteArrayList<>();

    /** The fields of a finished generation, by ID. */
    volatile Function<String, String> ending =
            id -> "'status': 'succeeded', 'startedAt': '" + STARTED + "', 'finishedAt': '" + STARTED.plusSeconds(12)
                    + "', 'unetEvaluations': 20, 'images': [{'index': 0, 'seed': 7, 'url': '/v1/generations/" + id
                    + "/images/0'}]";

    volatile Function<String, byte[]> image = id -> Images.png(0, "{}");
    volatile int refusals;
    /** The number of requests whose connection breaks before the response. */
    final AtomicInteger brokenConnections = new AtomicInteger();

    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    FakeGateway() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v1/generations", this::response);
        server.start();
    }

    URI url() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    /** Finishes a generation. The IDs are g0, g1 and so on, in the order of the generation requests. */
    void end(String id) {
        ended.add(id);
    }

    /** Called for each generation request before the response. */
    void onRequest(int number) {}

    private void response(HttpExchange exchange) throws IOException {
        authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        String[] path = exchange.getRequestURI().getPath().split("/"); // "", v1, generations, id, resource
        if (exchange.getRequestMethod().equals("POST")) {
            create(exchange);
        } else if (requests.size() <= Integer.parseInt(path[3].substring(1))) {
            send(exchange, 404, "{\"title\": \"Not found\"}".getBytes(StandardCharsets.UTF_8));
        } else if (path.length == 4 && brokenConnections.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            exchange.close();
        } else if (path.length == 4) {
            send(exchange, 200, state(path[3]).getBytes(StandardCharsets.UTF_8));
        } else {
            send(exchange, 200, image.apply(path[3]));
        }
    }

    private void create(HttpExchange exchange) throws IOException {
        JsonNode request = Json.read(exchange.getRequestBody().readAllBytes(), JsonNode.class);
        int number;
        synchronized (this) {
            if (refusals > 0) {
                refusals--;
                send(exchange, 503, "{\"title\": \"No worker is there yet\"}".getBytes(StandardCharsets.UTF_8));
                return;
            }
            number = requests.size();
            requests.add(request);
        }
        onRequest(number);
        send(exchange, 202, state("g" + number).getBytes(StandardCharsets.UTF_8));
    }

    private String state(String id) {
        JsonNode request = requests.get(Integer.parseInt(id.substring(1)));
        String state = ended.contains(id) ? ending.apply(id) : "'status': 'queued'";
        String adapter = request.at("/adapters/0/adapter").asText("");
        return ("{'id': '" + id + "', 'request': {'sampler': 'ddim', 'width': 64, 'height': 64"
                        + (adapter.isEmpty()
                                ? ""
                                : ", 'adapter': '" + (adapter.contains("@") ? adapter : adapter + "@1") + "'")
                        + "}, " + state + "}")
                .replace('\'', '"');
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
