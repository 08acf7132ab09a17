// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests webhooks with a receiver whose behavior each test defines. */
@QuarkusTest
class WebhookTest extends GatewayTest {
    private record Call(String path, String id, String timestamp, String signature, String body) {}

    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer receiver;

    @Inject
    MeterRegistry meters;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String broker;

    @ConfigProperty(name = NeighboursResource.RECEIVER)
    URI origin;

    @BeforeEach
    void openReceiver() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(origin.getHost(), origin.getPort()), 0);
        receiver.setExecutor(threads);
        receiver.createContext("/", exchange -> answer(exchange, 204));
        receiver.createContext("/failing", exchange -> answer(exchange, 500));
        receiver.createContext("/failing-twice", exchange -> answer(exchange, calls.size() < 2 ? 500 : 204));
        receiver.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().add("Location", "/there");
            answer(exchange, 302);
        });
        receiver.createContext("/endless", exchange -> {
            note(exchange);
            exchange.sendResponseHeaders(200, 1); // announces a body and sends none
        });
        receiver.createContext("/silent", this::note);
        receiver.start();
    }

    @AfterEach
    void closeReceiver() {
        receiver.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange, int status) throws IOException {
        note(exchange);
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private void note(HttpExchange exchange) throws IOException {
        calls.add(new Call(
                exchange.getRequestURI().getPath(),
                exchange.getRequestHeaders().getFirst("webhook-id"),
                exchange.getRequestHeaders().getFirst("webhook-timestamp"),
                exchange.getRequestHeaders().getFirst("webhook-signature"),
                new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
    }

    private String submitWithWebhook(String path) {
        return submit(Map.of("prompt", "a", "webhook", origin + path));
    }

    /** @return the current value of the counter */
    private double counted(String outcome) {
        return meters.counter("lorafleet.webhooks", "outcome", outcome).count();
    }

    private List<Call> callsOf(String id) {
        return calls.stream().filter(call -> call.id().equals(id)).toList();
    }

    @Test
    void callsWithASignatureOfTheCallersSecret() throws Exception {
        String id = submitWithWebhook("/x");

        worker.succeed(id);

        await().until(() -> calls.size() == 1);
        Call call = calls.get(0);
        assertThat(call.id()).isEqualTo(id);
        assertThat(call.body()).contains("\"type\":\"generation.succeeded\"", "\"id\":\"" + id + "\"");
        String secret = given().get("/v1/webhook-secret")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .extract()
                .path("secret");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.replace("whsec_", "")), "HmacSHA256"));
        byte[] expected = mac.doFinal((id + "." + call.timestamp() + "." + call.body()).getBytes(UTF_8));
        assertThat(call.signature()).isEqualTo("v1," + Base64.getEncoder().encodeToString(expected));
    }

    @Test
    void retriesUntilItSucceeds() {
        double before = counted("delivered");
        String id = submitWithWebhook("/failing-twice");

        worker.cancelled(id);

        await().until(() -> calls.size() == 3);
        assertThat(calls).extracting(Call::id).containsOnly(id);
        assertThat(calls.get(2).body()).contains("generation.cancelled");
        await().until(() -> counted("delivered") == before + 1);
    }

    @Test
    void givesUpAfterTheLastRetry() {
        double before = counted("given-up");
        String failing = submitWithWebhook("/failing");
        String moved = submitWithWebhook("/moved");

        worker.succeed(failing);
        worker.succeed(moved);

        await().until(() -> counted("given-up") == before + 2);
        assertThat(callsOf(failing)).hasSize(3);
        assertThat(callsOf(moved)).hasSize(3).extracting(Call::path).containsOnly("/moved");
    }

    @Test
    void doesNotDelayOthersWhileOneIsSilent() {
        double before = counted("given-up");
        String silent = submitWithWebhook("/silent");
        worker.succeed(silent);
        await().until(() -> callsOf(silent).size() == 1);
        String next = submitWithWebhook("/x");

        worker.succeed(next);

        await().until(() -> callsOf(next).size() == 1);
        assertThat(counted("given-up"))
                .as("the silent one still has its attempts")
                .isEqualTo(before);
        await().until(() -> counted("given-up") == before + 1);
        assertThat(callsOf(silent)).hasSize(3);
    }

    @Test
    void acknowledgesAResultWhateverItsReceiverDoes() {
        for (String path : List.of("/endless", "/silent", "/failing", "/moved", "/x")) {
            worker.succeed(submitWithWebhook(path));
        }

        await().until(() -> calls.stream().map(Call::path).distinct().count() == 5);

        await().atMost(Duration.ofSeconds(30)).until(this::areAllResultsConsumed);
    }

    private boolean areAllResultsConsumed() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            Map<TopicPartition, OffsetAndMetadata> consumed = admin.listConsumerGroupOffsets("gateway-webhooks")
                    .partitionsToOffsetAndMetadata()
                    .get();
            Set<TopicPartition> partitions = consumed.keySet();
            Map<TopicPartition, ListOffsetsResultInfo> ends = admin.listOffsets(
                            partitions.stream().collect(Collectors.toMap(each -> each, each -> OffsetSpec.latest())))
                    .all()
                    .get();
            return !partitions.isEmpty()
                    && partitions.stream()
                            .allMatch(each -> consumed.get(each) != null
                                    && consumed.get(each).offset()
                                            == ends.get(each).offset());
        }
    }

    /** Otherwise everyone with access to metrics would see the paths, including tokens. */
    @Test
    void keepsPathsOutOfTheMetrics() {
        String id = submitWithWebhook("/t0ken");
        worker.succeed(id);
        await().until(() -> callsOf(id).size() == 1);
        assertThat(given().get("/q/metrics").asString())
                .contains("lorafleet_webhooks_total")
                .doesNotContain("t0ken");
    }

    @Test
    void refusesUrlsThatItMayNotCall() {
        String url = "http://example.com/t0ken?t0ken";
        isProblem(post(Map.of("prompt", "a", "webhook", url)), 400, "invalid-request");
        assertThat(post(Map.of("prompt", "a", "webhook", url))
                        .body("errors[0].field", equalTo("webhook"))
                        .body("errors[0].found", equalTo("another URL or other text"))
                        .extract()
                        .asString())
                .doesNotContain("t0ken");
    }
}
