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

/** An HTTP server that answers as a gateway does. Generations end when the test says so. */
class FakeGateway implements AutoCloseable {
    static final Instant STARTED = Instant.parse("2126-01-01T00:00:00Z");

    final List<JsonNode> orders = new CopyOnWriteArrayList<>();
    /** The members of a generation's JSON when it has ended; by id. */
    volatile Function<String, String> ending =
            id -> "'status': 'succeeded', 'startedAt': '" + STARTED + "', 'finishedAt': '" + STARTED.plusSeconds(12)
                    + "', 'unetEvaluations': 20, 'images': [{'index': 0, 'seed': 7, 'url': '/v1/generations/" + id
                    + "/images/0'}]";

    volatile Function<String, byte[]> image = id -> Images.png(0, "{}");
    volatile int refusals;
    /** Questions for a generation whose connection breaks before there is an answer. */
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

    /** Ids are g0, g1 and so on, in the order of the orders. */
    void end(String id) {
        ended.add(id);
    }

    /** An order has come, and is not answered yet. */
    void onOrder(int number) {}

    private void response(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getPath().split("/"); // "", v1, generations, id, what
        if (exchange.getRequestMethod().equals("POST")) {
            order(exchange);
        } else if (orders.size() <= Integer.parseInt(path[3].substring(1))) {
            send(exchange, 404, "{\"title\": \"Not found\"}".getBytes(StandardCharsets.UTF_8));
        } else if (path.length == 4 && brokenConnections.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            exchange.close();
        } else if (path.length == 4) {
            send(exchange, 200, state(path[3]).getBytes(StandardCharsets.UTF_8));
        } else {
            send(exchange, 200, image.apply(path[3]));
        }
    }

    private void order(HttpExchange exchange) throws IOException {
        JsonNode order = Json.read(exchange.getRequestBody().readAllBytes(), JsonNode.class);
        int number;
        synchronized (this) {
            if (refusals > 0) {
                refusals--;
                send(exchange, 503, "{\"title\": \"No worker is there yet\"}".getBytes(StandardCharsets.UTF_8));
                return;
            }
            number = orders.size();
            orders.add(order);
        }
        onOrder(number);
        send(exchange, 202, state("g" + number).getBytes(StandardCharsets.UTF_8));
    }

    private String state(String id) {
        JsonNode order = orders.get(Integer.parseInt(id.substring(1)));
        String state = ended.contains(id) ? ending.apply(id) : "'status': 'queued'";
        String adapter = order.path("adapter").asText("");
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
