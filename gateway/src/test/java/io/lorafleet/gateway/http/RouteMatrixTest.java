// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.messages.ApiKeys.Role;
import io.lorafleet.testkit.BrokerResource;
import io.quarkus.resteasy.reactive.server.runtime.ResteasyReactiveRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jboss.resteasy.reactive.server.util.RuntimeResourceVisitor;
import org.junit.jupiter.api.Test;

/**
 * Requests every route of a running gateway with authentication, as registered in its routers, with every pair of a
 * spelling of the path, a method, and a kind of caller. Routes that respond without credentials must be on the list of
 * public routes. The matrix is written to {@code target/route-matrix.txt}.
 */
@QuarkusTest
@TestProfile(SecuredGateway.class)
@WithTestResource(BrokerResource.class)
class RouteMatrixTest {
    private static final Pattern PUBLIC =
            Pattern.compile("/|/index\\.html|/page/.*|/q/health(/.*)?|/q/openapi/?|/q/swagger-ui(/.*)?");
    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW");
    /** The number of threads that send requests. */
    private static final int SENDERS = 4;

    private static final Set<Integer> REFUSED = Set.of(400, 401, 403, 404, 405, 415, 421, 501);

    @Inject
    Router router;

    /** A kind of caller. */
    private record Caller(String name, Map<String, String> headers) {
        static Caller with(String name, String... headersAndValues) {
            Map<String, String> headers = new LinkedHashMap<>();
            for (int i = 0; i < headersAndValues.length; i += 2) {
                headers.put(headersAndValues[i], headersAndValues[i + 1]);
            }
            return new Caller(name, headers);
        }
    }

    private static List<Caller> strangers() {
        return List.of(
                Caller.with("anonymous"),
                Caller.with(
                        "anonymous, method in a header", "X-HTTP-Method-Override", "GET", "X-Method-Override", "GET"),
                Caller.with("anonymous, path in a header", "X-Original-URL", "/q/health", "X-Rewrite-URL", "/q/health"),
                Caller.with("anonymous, forwarded", "X-Forwarded-For", "127.0.0.1", "Forwarded", "for=127.0.0.1"),
                Caller.with("forged key", "Authorization", "Bearer lf_0000000000000000_" + "B".repeat(43)));
    }

    private static List<Caller> roles() {
        List<Caller> callers = new ArrayList<>();
        for (Role role : Role.values()) {
            callers.add(Caller.with(role.name(), "Authorization", "Bearer " + SecuredGateway.key("alice", role)));
        }
        String operator = "Bearer " + SecuredGateway.key("alice", Role.OPERATE);
        callers.add(Caller.with(
                "OPERATE, foreign page",
                "Authorization",
                operator,
                "Origin",
                "http://evil.example",
                "Sec-Fetch-Site",
                "cross-site"));
        return callers;
    }

    @Test
    void onlyListedRoutesArePublic() throws Exception {
        await().until(() ->
                RawHttp.request("GET", "/q/health/ready").send(RestAssured.port).status() == 200);
        Set<String> routes = routes();
        assertThat(routes)
                .contains("/v1/generations", "/v1/adapters/none/route", "/q/metrics", "/q/health", "/q/openapi");
        Matrix matrix = new Matrix();
        ExecutorService senders = Executors.newFixedThreadPool(SENDERS);
        try {
            for (Future<Void> route : senders.invokeAll(
                    routes.stream().map(route -> tryAll(route, matrix)).toList())) {
                route.get();
            }
        } finally {
            senders.shutdownNow();
        }
        Files.writeString(Path.of("target/route-matrix.txt"), matrix.text(routes.size()));
        assertThat(matrix.open)
                .as("open without credentials, of %s requests", matrix.requests)
                .isEmpty();
    }

    private static Callable<Void> tryAll(String route, Matrix matrix) {
        return () -> {
            List<Caller> strangers = strangers();
            int turn = 0;
            for (String path : spellings(route)) {
                for (String method : METHODS) {
                    // All combinations with another spelling are too many: the strangers take turns.
                    Caller next = strangers.get(turn++ % strangers.size());
                    for (Caller caller : path.equals(route) ? strangers : List.of(next)) {
                        int status = status(method, path, caller);
                        matrix.count(route, caller, status);
                        if (!REFUSED.contains(status) && !isPublic(method, pathOf(path))) {
                            matrix.open.add(method + " " + path + " as " + caller.name() + ": " + status);
                        }
                    }
                }
            }
            for (Caller caller : roles()) {
                for (String method : METHODS) {
                    matrix.count(route, caller, status(method, route, caller));
                }
            }
            return null;
        };
    }

    /** The number of responses by route, caller and status. Thread-safe. */
    private static final class Matrix {
        private final Map<String, Map<String, Integer>> counts = new ConcurrentSkipListMap<>();
        private final Queue<String> open = new ConcurrentLinkedQueue<>();
        private final AtomicInteger requests = new AtomicInteger();

        void count(String route, Caller caller, int status) {
            requests.incrementAndGet();
            counts.computeIfAbsent(route + " as " + caller.name(), key -> new ConcurrentSkipListMap<>())
                    .merge(Integer.toString(status), 1, Integer::sum);
        }

        String text(int routes) {
            StringBuilder text = new StringBuilder(requests + " requests to " + routes + " routes\n");
            counts.forEach((who, statuses) ->
                    text.append(who).append(": ").append(statuses).append('\n'));
            return text.toString();
        }
    }

    /** A page from another origin gets no access, even with all roles. */
    @Test
    void foreignPageChangesNothingWithAnyCredentials() throws IOException {
        for (String route : routes()) {
            for (String method : List.of("POST", "PUT", "PATCH", "DELETE")) {
                for (Caller caller : roles()) {
                    if (caller.headers().containsKey("Origin")) {
                        assertThat(status(method, route, caller))
                                .as(method + " " + route)
                                .isEqualTo(403);
                    }
                }
            }
        }
    }

    /** OPTIONS is public on the paths of the API, because it only lists the methods. */
    private static boolean isPublic(String method, String path) {
        boolean listsMethods = method.equals("OPTIONS") && (path.startsWith("/v1/") || path.startsWith("/sdapi/v1/"));
        return listsMethods || PUBLIC.matcher(path).matches();
    }

    /** @return the target without unnecessary escapes (RFC 3986, 6.2.2.2) */
    private static String pathOf(String target) {
        String path = target.replaceFirst("^http://localhost", "").replaceFirst("[?#].*", "");
        return Pattern.compile("%[67][0-9a-f]")
                .matcher(path)
                .replaceAll(escape ->
                        Character.toString(Integer.parseInt(escape.group().substring(1), 16)));
    }

    private static int status(String method, String path, Caller caller) throws IOException {
        RawHttp request = RawHttp.request(method, path);
        caller.headers().forEach(request::header);
        return request.send(RestAssured.port).status();
    }

    /** @return a path for each route of the framework's router and each endpoint */
    private Set<String> routes() {
        Set<String> paths = new LinkedHashSet<>();
        collect(router, "", paths);
        RuntimeResourceVisitor.visitRuntimeResources(
                "", ResteasyReactiveRecorder.getCurrentDeployment().getClassMappers(), new RuntimeResourceVisitor() {
                    @Override
                    public void visitRuntimeResource(String method, String path, RuntimeResource resource) {
                        paths.add(exampleOf(path));
                    }
                });
        return paths;
    }

    private static void collect(Router router, String mounted, Set<String> paths) {
        for (Route route : router.getRoutes()) {
            if (route.getPath() != null) {
                String path = (mounted + route.getPath()).replaceAll("//+", "/");
                paths.add(exampleOf(path));
            }
            Router below = route.getSubRouter();
            if (below != null) {
                collect(below, route.getPath() == null ? mounted : mounted + route.getPath(), paths);
            }
        }
    }

    private static String exampleOf(String path) {
        String example = path.replaceAll("\\{index[^}]*}", "0")
                .replaceAll("\\{version[^}]*}", "1")
                .replaceAll("\\{[^}]*}", "none")
                .replaceAll("/:[a-z]+", "/none")
                .replace("*", "x");
        return example.startsWith("/") ? example : "/" + example;
    }

    /** @return spellings of the path that some servers or proxies treat as equivalent */
    private static List<String> spellings(String path) {
        String last = path.substring(path.lastIndexOf('/') + 1);
        String parent = path.substring(0, path.lastIndexOf('/') + 1);
        String escaped = last.isEmpty() ? "" : "%" + Integer.toHexString(last.charAt(0)) + last.substring(1);
        return List.of(
                path,
                path + "/",
                path + "/x",
                path + "//",
                path + "/.",
                path + "/x/..",
                path + "/%2e%2e" + path,
                path + ";",
                path + ";a=b",
                path + ";/x",
                path + "/;a",
                path + "%3b",
                path + "%2f",
                path + "%2fx",
                path + "%20",
                path + "%00",
                path + ".json",
                path + "?x",
                path + "%3f",
                path + "#",
                "/" + path,
                "/q/health/.." + path,
                "/q/health/..;" + path,
                "/q/health/%2e%2e" + path,
                "/q/health;" + path,
                "/." + path,
                "/;" + path,
                "\\" + path.substring(1),
                parent + escaped,
                parent + "./" + last,
                parent + last.toUpperCase(Locale.ROOT),
                path.replace("/", "%2f"),
                path.replaceFirst("/", "/%2e/"),
                "http://localhost" + path);
    }
}
