// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.lorafleet.standalone.Fleet;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Uses an HTTP server that returns the same response to every request. */
class AdapterRouteCommandTest {
    private final List<String> asked = new ArrayList<>();
    private final StringWriter err = new StringWriter();
    private String adapter =
            "{\"name\":\"fast\",\"route\":{\"name\":\"fast\",\"stable\":3,\"updatedAt\":\"2026-01-01T00:00:00Z\"},"
                    + "\"versions\":[]}";
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/adapters/fast", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
            byte[] response = adapter.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, response.length);
            exchange.getResponseBody().write(response);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void setsTheWholeRoute() {
        assertThat(run("route", "fast", "--stable", "4", "--shadow", "5", "--shadow-share", "0.5"))
                .isZero();

        assertThat(asked)
                .containsExactly("PUT /v1/adapters/fast/route {\"stable\":4,\"shadow\":{\"version\":5,\"share\":0.5}}");
    }

    @Test
    void keepsTheStableVersionThatThereIs() {
        assertThat(run("route", "fast", "--canary", "4", "--canary-share", "0.1"))
                .isZero();

        assertThat(asked)
                .last()
                .isEqualTo("PUT /v1/adapters/fast/route {\"stable\":3,\"canary\":{\"version\":4,\"share\":0.1}}");
    }

    @Test
    void asksForTheStableVersionWhereThereIsNoRouteYet() {
        adapter = "{\"name\":\"fast\",\"versions\":[]}";

        assertThat(run("route", "fast", "--canary", "4", "--canary-share", "0.1"))
                .isEqualTo(2);

        assertThat(err.toString()).contains("fast has no route: set --stable");
    }

    @Test
    void removesARouteAndRollsBack() {
        assertThat(run("route", "fast", "--newest")).isZero();
        assertThat(run("rollback", "fast")).isZero();

        assertThat(asked).containsExactly("DELETE /v1/adapters/fast/route ", "POST /v1/adapters/fast/rollback ");
    }

    private int run(String... args) {
        List<String> all = new ArrayList<>(List.of("adapter"));
        all.addAll(List.of(args));
        all.addAll(List.of("--url", "http://localhost:" + server.getAddress().getPort()));
        return Fleet.commandLine(CommandRun.NO_SETTINGS)
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }
}
