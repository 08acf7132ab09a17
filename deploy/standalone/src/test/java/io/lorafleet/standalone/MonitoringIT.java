// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.broker.Ports;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.standalone.bench.engine.RandomAdapter;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.NewFeedback;
import io.lorafleet.standalone.client.NewGeneration;
import io.lorafleet.standalone.client.NewRoute;
import io.lorafleet.standalone.client.ScaledAdapter;
import io.lorafleet.standalone.supervisor.FleetSettings;
import io.lorafleet.standalone.supervisor.LocalFleet;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules and dashboards for Prometheus, with a real Prometheus and a real fleet. */
class MonitoringIT {
    private static final Path ROOT = Path.of(System.getProperty("lorafleet.root"));
    private static final Path RULES = ROOT.resolve("deploy/monitoring/rules.yaml");
    private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");
    private static final String STUDENT = "student";
    private static final Duration TIMEOUT = Duration.ofMinutes(4);

    @Test
    void theRulesPassTheirTests() throws Exception {
        Process test = new ProcessBuilder(
                        Program.find("promtool", "promtool").toString(), "test", "rules", "rules-test.yaml")
                .directory(RULES.getParent().toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(test.getInputStream().readAllBytes(), UTF_8);

        assertThat(test.waitFor()).as(output).isZero();
    }

    @Test
    void eachAlertHasARunbookAndATest() throws IOException {
        String rules = Files.readString(RULES);
        String tests = Files.readString(RULES.resolveSibling("rules-test.yaml"));
        String runbooks = Files.readString(ROOT.resolve("docs/runbooks.md"));
        List<String> alerts =
                ALERT.matcher(rules).results().map(found -> found.group(1)).toList();

        assertThat(alerts).isNotEmpty().allSatisfy(alert -> {
            assertThat(rules).contains("docs/runbooks.md#" + alert.toLowerCase(Locale.ROOT));
            assertThat(runbooks).contains("\n## " + alert + "\n");
            assertThat(tests).contains("alertname: " + alert + "\n");
        });
        assertThat(Pattern.compile("\n## (Lorafleet\\w+)").matcher(runbooks).results())
                .extracting(MatchResult::groupCount)
                .hasSize(alerts.size());
    }

    @Test
    void eachQueryOfADashboardHasData(@TempDir Path folder) throws Exception {
        Path program = Program.find("Prometheus", "prometheus");
        Path data = folder.resolve("data");
        FleetSettings settings = new FleetSettings(
                ROOT.toRealPath(),
                data,
                ROOT.resolve("deploy/demo-model").toRealPath(),
                Ports.free(),
                Ports.free(),
                null,
                1,
                "",
                null);
        try (LocalFleet fleet = new LocalFleet(settings, said -> {})) {
            fleet.start();
            int port = Ports.free();
            Process prometheus = start(program, folder, data, port);
            try {
                GatewayClient gateway = new GatewayClient(fleet.gateway());
                publishStudent(gateway, folder);
                Set<String> without = new LinkedHashSet<>(queries());
                assertThat(without).hasSizeGreaterThan(40);
                await().atMost(TIMEOUT).pollInterval(Duration.ofSeconds(2)).untilAsserted(() -> {
                    useEverything(gateway);
                    without.removeIf(query -> hasData(port, query));
                    assertThat(without).as("queries without data").isEmpty();
                });
            } finally {
                prometheus.destroyForcibly().waitFor();
            }
        }
    }

    private static Process start(Path program, Path folder, Path data, int port) throws IOException {
        Path config = folder.resolve("prometheus.yaml");
        Files.writeString(
                config,
                Files.readString(RULES.resolveSibling("prometheus.yaml"))
                        .replace("15s", "1s")
                        .replace("rules.yaml", RULES.toRealPath().toString())
                        .replace("/path/to/data", data.toString()));
        return new ProcessBuilder(
                        program.toString(),
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("prometheus"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
    }

    /** The second version is the shadow of all requests. */
    private static void publishStudent(GatewayClient gateway, Path folder) throws Exception {
        for (int version = 1; version <= 2; version++) {
            Path file = Files.write(
                    folder.resolve("student.safetensors"),
                    RandomAdapter.file(
                            RandomAdapter.shapes(ROOT.resolve("deploy/demo-model")), 4, RandomAdapter.MILD, version));
            gateway.addAdapter(STUDENT, file, 5.0);
        }
        gateway.route(STUDENT, new NewRoute(1, null, new NewRoute.Share(2, 1)));
    }

    private static void useEverything(GatewayClient gateway) throws InterruptedException {
        for (Priority priority : Priority.values()) {
            NewGeneration request = NewGeneration.of("a red star")
                    .negativePrompt("")
                    .adapters(List.of(new ScaledAdapter(STUDENT, null)))
                    .guidanceScale(5.0)
                    .steps(2)
                    .sampler(SamplerName.DDIM)
                    .size(64, 64)
                    .seed(1L)
                    .count(1)
                    .priority(priority)
                    .build();
            String id = gateway.generate(request, TIMEOUT).id();
            await().atMost(TIMEOUT).until(() -> gateway.generation(id).value().finishedAt() != null);
            gateway.feedback(id, new NewFeedback(-1.0, null, null, null));
        }
    }

    private static List<String> queries() throws IOException {
        List<String> queries = new ArrayList<>();
        try (Stream<Path> dashboards = Files.list(RULES.resolveSibling("dashboards"))) {
            for (Path dashboard : dashboards.toList()) {
                JsonNode json = Json.read(Files.readAllBytes(dashboard), JsonNode.class);
                json.findValuesAsText("expr", queries);
            }
        }
        return queries;
    }

    private static boolean hasData(int port, String query) {
        URI uri = URI.create("http://127.0.0.1:" + port + "/api/v1/query?query=" + URLEncoder.encode(query, UTF_8));
        try {
            byte[] answer = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray())
                    .body();
            return !Json.read(answer, JsonNode.class).at("/data/result").isEmpty();
        } catch (IOException notReady) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
