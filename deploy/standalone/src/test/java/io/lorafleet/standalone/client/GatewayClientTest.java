// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lorafleet.broker.Ports;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.TimestepSpacing;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.SamplingDefaults;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the client and {@link GenerationFollower} against an HTTP server that imitates the gateway. */
class GatewayClientTest {
    private static final NewGeneration REQUEST =
            NewGeneration.of("a star").seed(7L).build();
    private static final String FINISHED =
            "{'id':'g1','status':'succeeded','images':[{'index':0,'seed':7,'url':'/p.png'}],'elapsed':'PT1.5S','unetEvaluations':50}";

    private final AtomicInteger calls = new AtomicInteger();
    private HttpServer server;
    private GatewayClient client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        client = new GatewayClient(
                URI.create("http://localhost:" + server.getAddress().getPort()));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void asksAgainWhileNoWorkerIsThere() throws Exception {
        server.createContext("/v1/generations", exchange -> {
            if (calls.incrementAndGet() == 1) {
                exchange.getResponseHeaders().add("Retry-After", "0");
                response(exchange, 503, "{'title':'No worker is there yet','status':503}");
            } else {
                response(exchange, 202, "{'id':'g1','status':'queued','images':[]}");
            }
        });

        GenerationStatus accepted = client.generate(REQUEST, Duration.ofSeconds(30));

        assertThat(accepted.id()).isEqualTo("g1");
        assertThat(accepted.isFinished()).isFalse();
    }

    @Test
    void saysWhyNobodyDrewAfterTheTimeout() {
        server.createContext(
                "/v1/generations",
                exchange -> response(exchange, 503, "{'title':'No worker is there yet','detail':'try again'}"));

        assertThatThrownBy(() -> client.generate(REQUEST, Duration.ZERO))
                .isInstanceOf(FleetException.class)
                .hasMessage("No worker is there yet: try again");
    }

    @Test
    void showsEachFieldThatTheGatewayRefuses() {
        server.createContext(
                "/v1/generations",
                exchange -> response(
                        exchange,
                        400,
                        "{'title':'Invalid request','detail':'steps: expected 1 to 1000, found 0','errors':["
                                + "{'field':'steps','expected':'1 to 1000','found':'0'},"
                                + "{'field':'width','expected':'a multiple of 8','found':'12'}]}"));

        assertThatThrownBy(() -> client.generate(REQUEST, Duration.ZERO))
                .isInstanceOf(FleetException.class)
                .hasMessage("Invalid request\n  steps: expected 1 to 1000, found 0"
                        + "\n  width: expected a multiple of 8, found 12");
    }

    @Test
    void saysThatSomethingElseAnswers() {
        server.createContext("/", exchange -> response(exchange, 404, "<html>"));

        assertThatThrownBy(() -> client.generation("g1"))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("returned HTTP 404 without a problem");
    }

    @Test
    void saysThatNothingAnswers() throws IOException {
        GatewayClient nobody = new GatewayClient(URI.create("http://localhost:" + Ports.free()));

        assertThatThrownBy(() -> nobody.generation("g1"))
                .isInstanceOf(FleetException.class)
                .hasMessageStartingWith("no gateway is responding at http://localhost:");
    }

    @Test
    void connectsAgainWhenTheStreamOfEventsBreaks() throws Exception {
        server.createContext("/v1/generations/g1/events", exchange -> {
            boolean broken = calls.incrementAndGet() == 1;
            response(
                    exchange,
                    200,
                    broken
                            ? "event: started\ndata: {'workerId':'w1'}\n\nevent: step\ndata: {'st"
                            : "event: step\ndata: {'step':2,'steps':2}\n\nevent: finished\ndata: " + FINISHED + "\n\n");
        });
        server.createContext(
                "/v1/generations/g1",
                exchange -> response(exchange, 200, calls.get() == 1 ? "{'id':'g1','status':'running'}" : FINISHED));
        RecordedProgress progress = new RecordedProgress();

        GenerationStatus finished =
                new GenerationFollower(client, progress).follow("g1").value();

        assertThat(finished.status()).isEqualTo(GenerationStatus.Status.SUCCEEDED);
        assertThat(finished.elapsed()).isEqualTo(Duration.ofMillis(1500));
        assertThat(finished.images()).containsExactly(new GenerationStatus.Image(0, 7, "/p.png"));
        assertThat(progress.shown).containsExactly("started on w1", "step 2 of 2");
    }

    @Test
    void saysEachAdapterThatIsWanted() throws Exception {
        List<ScaledAdapter> adapters = List.of(new ScaledAdapter("ink", null), new ScaledAdapter("fast@2", 0.5));
        NewGeneration request = NewGeneration.of("a")
                .adapters(adapters)
                .priority(Priority.BATCH)
                .deadline(Instant.EPOCH)
                .build();
        assertThat(new String(Json.write(request), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"prompt\":\"a\",\"adapters\":[{\"adapter\":\"ink\"},{\"adapter\":\"fast@2\",\"scale\":0.5}],"
                                + "\"priority\":\"batch\",\"deadline\":\"1970-01-01T00:00:00Z\"}");
    }

    @Test
    void saysTheSamplingBesideTheOtherFields() {
        NewGeneration request = NewGeneration.of("a")
                .sampling(new NewSampling(null, 0.8, TimestepSpacing.TRAILING, List.of(999, 499), null, null))
                .build();
        assertThat(new String(Json.write(request), StandardCharsets.UTF_8))
                .isEqualTo("{\"prompt\":\"a\",\"guidanceEnd\":0.8,\"timestepSpacing\":\"trailing\","
                        + "\"timesteps\":[999,499]}");
    }

    @Test
    void uploadsWhatAnAdaptersAuthorPrescribes(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("lcm.safetensors"), "weights");
        List<String> asked = new ArrayList<>();
        server.createContext("/v1/adapters", exchange -> {
            asked.add(exchange.getRequestURI().toString());
            response(
                    exchange,
                    201,
                    "{'name':'lcm','version':1,'sha256':'" + "ab".repeat(32) + "','sizeBytes':10,'rank':4,"
                            + "'kind':'style','createdAt':'2026-01-01T00:00:00Z',"
                            + "'samplingDefaults':{'sampler':'lcm','guidanceScale':1.0,'timesteps':[999,499]}}");
        });
        SamplingDefaults prescribed = new SamplingDefaults(SamplerName.LCM, null, 1.0, null, List.of(999, 499), null);
        AdapterVersion added = client.addAdapter("lcm", file, null, null, false, null, prescribed)
                .value();
        assertThat(asked)
                .containsExactly("/v1/adapters/lcm?kind=style&sampler=lcm&guidanceScale=1.0&timesteps=999%2C499");
        assertThat(added.samplingDefaults().text()).isEqualTo("sampler lcm, timesteps [999, 499], guidance scale 1.0");
    }

    @Test
    void retiresAVersionOrAWholeAdapter() throws Exception {
        List<String> asked = new ArrayList<>();
        server.createContext("/v1/adapters", exchange -> {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            response(exchange, 200, "{'name':'fast','versions':[]}");
        });

        client.retire("fast@2");
        client.retire("fast");

        assertThat(asked).containsExactly("DELETE /v1/adapters/fast/versions/2", "DELETE /v1/adapters/fast");
    }

    @Test
    void retriesWhileTheQueueIsFullAndPausesAsLongAsTheGatewaySays() throws Exception {
        server.createContext("/v1/generations", exchange -> {
            if (calls.incrementAndGet() == 1) {
                exchange.getResponseHeaders().add("Retry-After", "1");
                response(exchange, 429, "{'title':'The queue is full','status':429}");
            } else {
                response(exchange, 202, "{'id':'g1','status':'queued','images':[]}");
            }
        });
        List<String> waiting = new ArrayList<>();
        Instant start = Instant.now();

        String id = client.create(REQUEST, new Retries(Duration.ZERO, Duration.ofSeconds(30), waiting::add))
                .value()
                .id();

        assertThat(id).isEqualTo("g1");
        assertThat(Duration.between(start, Instant.now())).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(waiting).containsExactly("the queue is full; next attempt in 1 s");
    }

    @Test
    void doesNotRetryIfTheGatewaysPauseIsLongerThanTheLimit() {
        server.createContext("/v1/generations", exchange -> {
            exchange.getResponseHeaders().add("Retry-After", "600");
            response(exchange, 429, "{'title':'The queue is full','status':429}");
        });
        Retries retries = new Retries(Duration.ZERO, Duration.ofSeconds(30), waiting -> {});

        assertThatThrownBy(() -> client.create(REQUEST, retries))
                .isInstanceOf(RequestRejectedException.class)
                .hasMessage("The queue is full");
    }

    private static void response(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static final class RecordedProgress implements GenerationFollower.Progress {
        private final List<String> shown = new ArrayList<>();

        @Override
        public void startedOn(String workerId) {
            shown.add("started on " + workerId);
        }

        @Override
        public void step(int step, int steps) {
            shown.add("step " + step + " of " + steps);
        }
    }
}
