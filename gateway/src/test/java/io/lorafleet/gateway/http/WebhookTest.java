package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With a receiver at the other end that does what it likes. */
@QuarkusTest
@TestProfile(WebhookTest.WithSecret.class)
class WebhookTest extends GatewayTest {
    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);

    public static final class WithSecret implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "lorafleet.webhooks.secret", "whsec_" + Base64.getEncoder().encodeToString(SECRET),
                    "lorafleet.webhooks.trusted-hosts", "127.0.0.1",
                    "lorafleet.webhooks.pauses", "100ms,100ms");
        }
    }

    private record Call(String id, String timestamp, String signature, String body) {}

    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private HttpServer receiver;
    /** How many calls it answers with a failure. */
    private volatile int failures;

    @BeforeEach
    void openReceiver() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        receiver.createContext("/", this::receive);
        receiver.start();
    }

    @AfterEach
    void closeReceiver() {
        receiver.stop(0);
    }

    private void receive(HttpExchange exchange) throws IOException {
        calls.add(new Call(
                exchange.getRequestHeaders().getFirst("webhook-id"),
                exchange.getRequestHeaders().getFirst("webhook-timestamp"),
                exchange.getRequestHeaders().getFirst("webhook-signature"),
                new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
        exchange.sendResponseHeaders(calls.size() <= failures ? 500 : 204, -1);
        exchange.close();
    }

    private String order() {
        return submit(Map.of(
                "prompt",
                "a",
                "webhook",
                "http://127.0.0.1:" + receiver.getAddress().getPort() + "/x"));
    }

    @Test
    void tellsTheEndOfAGenerationSigned() throws Exception {
        String id = order();

        worker.succeed(id);

        await().until(() -> calls.size() == 1);
        Call call = calls.get(0);
        assertThat(call.id()).isEqualTo(id);
        assertThat(call.body()).contains("\"type\":\"generation.succeeded\"", "\"id\":\"" + id + "\"");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
        byte[] expected = mac.doFinal((id + "." + call.timestamp() + "." + call.body()).getBytes(UTF_8));
        assertThat(call.signature()).isEqualTo("v1," + Base64.getEncoder().encodeToString(expected));
    }

    @Test
    void tellsItAgainUntilItIsTaken() {
        failures = 2;
        String id = order();

        worker.cancelled(id);

        await().until(() -> calls.size() == 3);
        assertThat(calls).extracting(Call::id).containsOnly(id);
        assertThat(calls.get(2).body()).contains("generation.cancelled");
        isCounted("delivered");
    }

    @Test
    void givesUpAndHoldsUpNoOther() {
        failures = 3;
        String id = order();
        worker.succeed(id);
        isCounted("given_up");

        String next = order();
        worker.succeed(next);

        await().until(() -> calls.size() == 4);
        assertThat(calls.get(3).id()).isEqualTo(next);
    }

    private static void isCounted(String outcome) {
        await().until(
                        () -> given().get("/q/metrics").asString().replace('-', '_'),
                        containsString("lorafleet_webhooks_total{outcome=\"" + outcome + "\"}"));
    }

    @Test
    void refusesUrlsThatItMayNotCall() {
        isProblem(post(Map.of("prompt", "a", "webhook", "http://example.com")), 400, "invalid-request");
        post(Map.of("prompt", "a", "webhook", "http://example.com"))
                .body("errors[0].field", equalTo("webhook"))
                .body("errors[0].found", equalTo("another text"));
    }
}
