// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lorafleet.messages.ApiKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.standalone.bench.engine.RandomAdapter;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.GenerationFollower;
import io.lorafleet.standalone.client.GenerationStatus.Status;
import io.lorafleet.standalone.client.NewGeneration;
import io.lorafleet.standalone.client.NewRoute;
import io.lorafleet.storage.OwnerOnly;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;

/**
 * Attacks by a page from another origin, and by a page whose name resolves to this machine (DNS rebinding), in the
 * browser of a user of the gateway's page. The attacks must neither read nor change anything.
 */
class ForeignPageIT extends InBrowser {
    private static final String KEY = "lf_0123456789abcdef_" + "A".repeat(43);
    private static final String STUDENT = "fast";
    private static final String SECRET = "an image that nobody else may see";
    private static final String HONEST = "an honest request";

    /** Resources that need no key, under any name of the gateway. */
    private static final Set<String> PUBLIC = Set.of(
            "fetch GET /",
            "fetch no-cors GET /",
            "fetch GET /q/openapi",
            "fetch no-cors GET /q/openapi",
            "script /page/app.js",
            "link stylesheet",
            "window.open /");

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private HttpServer evil;
    private String key;
    private GatewayClient honest;
    private TopicRecords topics;

    @BeforeEach
    void startEvil() throws IOException {
        evil = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        evil.createContext("/", ForeignPageIT::response);
        evil.start();
    }

    /** Returns an empty page, or a redirect that keeps the method and the body. */
    private static void response(HttpExchange exchange) throws IOException {
        try (exchange) {
            String query = exchange.getRequestURI().getQuery();
            if (query != null) {
                exchange.getResponseHeaders().set("Location", query.substring("to=".length()));
                exchange.sendResponseHeaders(307, -1);
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("<!doctype html><body>".getBytes(StandardCharsets.UTF_8));
        }
    }

    @AfterEach
    void end() {
        evil.stop(0);
        stop();
    }

    @Test
    void getsNothingInOpenMode() throws Exception {
        start(null);
        getsNothing(Set.of());
    }

    @Test
    void getsNothingWhereKeysAreAskedFor() throws Exception {
        key = KEY;
        ApiKeys.Entry entry = new ApiKeys.Entry(
                KEY.substring(3, 19),
                "alice",
                Set.of(ApiKeys.Role.values()),
                Sha256.of(KEY.getBytes(StandardCharsets.UTF_8)),
                Instant.EPOCH);
        Path keys = Files.createFile(folder.resolve("keys.json"), OwnerOnly.file());
        start(Files.write(keys, Json.write(ApiKeys.NONE.with(entry))));
        getsNothing(PUBLIC);
    }

    private void start(Path apiKeys) throws Exception {
        start(folder, apiKeys, "--host-resolver-rules=MAP *.example 127.0.0.1");
        browser.manage().timeouts().scriptTimeout(TIMEOUT);
        honest = new GatewayClient(fleet.gateway(), key);
        topics = apiKeys == null
                ? new TopicRecords(fleet.bootstrapServers())
                : TopicRecords.of(fleet.bootstrapServers(), folder.resolve("data/kafka-client.properties"));
    }

    /** @param publicly resources that a page on the gateway's port may read */
    private void getsNothing(Set<String> publicly) throws Exception {
        int port = fleet.gateway().getPort();
        int evilPort = evil.getAddress().getPort();
        addStudent(STUDENT);
        String generation = draw(fleet.gateway(), SECRET);
        String ownTab = browser.getWindowHandle();
        SoftAssertions all = new SoftAssertions();

        attack(all, "neighbour", "http://localhost:" + evilPort, fleet.gateway(), generation, Set.of());
        attack(all, "stranger", "http://evil.example:" + evilPort, fleet.gateway(), generation, Set.of());
        attack(
                all,
                "rebound",
                "http://evil.example:" + port + "/v1/none",
                URI.create("http://evil.example:" + port),
                generation,
                publicly);

        all.assertAll();
        browser.switchTo().window(ownTab);
        draw(fleet.gateway(), "the own page goes on");
        draw(URI.create("http://127.0.0.1:" + port), "under the other name as well");
    }

    /**
     * Opens the page in a new tab.
     *
     * @param page URL of the attacking origin
     */
    private void attack(
            SoftAssertions all, String name, String page, URI gateway, String generation, Set<String> publicly)
            throws Exception {
        String adapter = "of-" + name;
        addStudent(adapter);
        Map<String, Object> before = state();
        Set<String> tabs = browser.getWindowHandles();
        browser.switchTo().newWindow(WindowType.TAB);
        browser.get(page);

        Map<String, String> got = run(Map.of(
                "name",
                name,
                "target",
                gateway.toString(),
                "adapter",
                adapter,
                "generation",
                generation,
                "elsewhere",
                "http://evil.example:" + evil.getAddress().getPort() + "/?to="));
        got.keySet().removeAll(publicly);

        all.assertThat(got)
                .as("responses to the %s page", name)
                .isNotEmpty()
                .allSatisfy((what, result) -> assertThat(result)
                        .as(what)
                        .doesNotContain(SECRET)
                        .doesNotStartWith("READ")
                        .doesNotStartWith("HELD"));
        browser.switchTo().frame("framed");
        all.assertThat(count("#view"))
                .as("the gateway's page, framed by the %s page", name)
                .isZero();
        for (String tab : browser.getWindowHandles()) {
            if (!tabs.contains(tab)) {
                browser.switchTo().window(tab);
                all.assertThat(browser.executeScript("return window.opener")).isNull();
                browser.close();
            }
        }
        browser.switchTo().window(tabs.iterator().next());
        // When this image is generated, the requests of the page have been handled.
        drawHonestly();
        all.assertThat(state())
                .as("resources after the attack by the %s page", name)
                .isEqualTo(before);
    }

    @SuppressWarnings("unchecked")
    private Map<String, String> run(Map<String, String> about) throws IOException {
        try (InputStream script = ForeignPageIT.class.getResourceAsStream("/foreign-page.js")) {
            return new TreeMap<>((Map<String, String>) browser.executeAsyncScript(
                    new String(script.readAllBytes(), StandardCharsets.UTF_8)
                            + "attack(arguments[0].target, arguments[0]).then(arguments[1]);",
                    about));
        }
    }

    /** Adds an adapter with two versions and a route that can be rolled back. */
    private void addStudent(String name) throws Exception {
        for (int version = 1; version <= 2; version++) {
            byte[] weights = RandomAdapter.file(RandomAdapter.shapes(model), 4, RandomAdapter.MILD, version);
            honest.addAdapter(name, Files.write(folder.resolve(name + version), weights), 5.0);
            honest.route(name, new NewRoute(version, null, null));
        }
    }

    /**
     * Generates an image on the page.
     *
     * @return the ID of the generation
     */
    private String draw(URI gateway, String prompt) {
        open(gateway, "create");
        if (count("dialog[open]") > 0) {
            find("dialog input").sendKeys(key);
            press("Sign in");
            await().atMost(TIMEOUT).until(() -> count("main form") > 0);
        }
        int jobs = count(".job");
        find("textarea").clear(); // the page keeps the settings of the first image
        find("textarea").sendKeys(prompt);
        WebElement student = find("input[value=" + STUDENT + "]");
        if (!student.isSelected()) {
            student.click();
        }
        set("steps", 2);
        press("Generate");
        await().atMost(TIMEOUT).until(() -> count(".job") == jobs + 1);
        await().atMost(TIMEOUT).until(() -> text(".job .status").contains("2 steps"));
        await().atMost(TIMEOUT)
                .until(() -> Long.valueOf(64)
                        .equals(browser.executeScript("return document.querySelector('.job img').naturalWidth")));
        return find(".job").getAttribute("data-id");
    }

    /** Generates an image like the command line. */
    private void drawHonestly() throws InterruptedException {
        NewGeneration request = NewGeneration.of(HONEST).steps(1).build();
        String id = honest.generate(request, TIMEOUT).id();
        assertThat(new GenerationFollower(honest, GenerationFollower.Progress.NONE)
                        .follow(id)
                        .value()
                        .status())
                .isEqualTo(Status.SUCCEEDED);
    }

    /** @return all resources, except those that {@link #drawHonestly} creates */
    private Map<String, Object> state() throws IOException, InterruptedException {
        List<JsonNode> generations = new ArrayList<>();
        get("/v1/generations?limit=100").get("generations").forEach(generations::add);
        generations.removeIf(each -> each.at("/request/prompt").asText().equals(HONEST));
        return Map.of(
                "generations", generations,
                "adapters and their routes", get("/v1/adapters"),
                "feedback", topics.read(Topic.FEEDBACK, FeedbackGiven.class));
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(fleet.gateway().resolve(path));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        return Json.read(http.send(request.build(), BodyHandlers.ofByteArray()).body(), JsonNode.class);
    }
}
