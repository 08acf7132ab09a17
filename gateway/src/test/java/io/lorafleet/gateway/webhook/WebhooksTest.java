// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.generation.admission.Origin;
import io.lorafleet.gateway.generation.admission.WebhookRules;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationCancelled;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logmanager.LogContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests webhooks with receivers that misbehave in many ways. */
class WebhooksTest {
    private static final WebhookSecret SECRET = secret("0123456789abcdef0123456789abcdef");
    private static final WebhookSecret BEFORE = secret("fedcba9876543210fedcba9876543210");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration SOON = Duration.ofSeconds(8);

    private final Vertx vertx = Vertx.vertx();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final Map<String, String> config = new HashMap<>();
    private Receiver receiver;
    /** A receiver on the same port of another address. */
    private Receiver other;

    private Clock clock = Clock.systemUTC();

    private static WebhookSecret secret(String bytes) {
        return WebhookSecret.parse("whsec_" + Base64.getEncoder().encodeToString(bytes.getBytes(UTF_8)));
    }

    @BeforeEach
    void openReceivers() throws IOException {
        receiver = new Receiver("127.0.0.1", 0);
        other = new Receiver("127.0.0.2", receiver.port());
        set("pauses", "1ms");
    }

    @AfterEach
    void closeReceivers() throws IOException {
        receiver.close();
        other.close();
        vertx.close();
    }

    private void set(String key, String value) {
        config.put("lorafleet.webhooks." + key, value);
    }

    private Webhooks webhooks(WebhookRules rules, WebhookSecret... secrets) {
        GatewayConfig.Webhooks webhooks = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(GatewayConfig.class)
                .withDefaultValue("lorafleet.storage.directory", "/blobs")
                .withDefaultValues(config)
                .build()
                .getConfigMapping(GatewayConfig.class)
                .webhooks();
        return new Webhooks(List.of(secrets), rules, webhooks, clock, meters, vertx);
    }

    /** Rules that trust both receivers. */
    private Webhooks webhooks() {
        return webhooks(
                new WebhookRules(true, Set.of(Origin.parse(receiver.origin()), Origin.parse(other.origin()))), SECRET);
    }

    private static Generation finished(String id, String owner, String url) {
        GenerateImage request = GenerateImage.builder(id, NOW)
                .prompt("a")
                .guidanceScale(5)
                .steps(20)
                .sampler(SamplerName.DDIM)
                .size(64, 64)
                .seed(7)
                .webhook(url)
                .owner(owner)
                .build();
        return new Generation(id, request, false, "w", null, null, new GenerationCancelled(id, "w", NOW));
    }

    private static void tell(Webhooks webhooks, String url) {
        webhooks.send(finished("r1", "alice", url), null).await().atMost(SOON);
    }

    private double counted(String outcome) {
        return meters.counter("lorafleet.webhooks", "outcome", outcome).count();
    }

    @Test
    void doesNotWaitForTheResponseBody() {
        receiver.answers((in, out) -> {
            Receiver.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\na");
            in.read();
        });
        tell(webhooks(), receiver.origin());
        assertThat(counted("delivered")).isEqualTo(1);
        await().until(() -> receiver.ended.get() == 1);
    }

    @Test
    void doesNotReadAnEndlessResponse() {
        AtomicLong sent = new AtomicLong();
        byte[] much = new byte[1 << 16];
        receiver.answers((in, out) -> {
            Receiver.write(out, "HTTP/1.1 200 OK\r\n\r\n");
            while (sent.get() < 1L << 30) {
                out.write(much);
                sent.addAndGet(much.length);
            }
        });
        tell(webhooks(), receiver.origin());
        await().until(() -> receiver.ended.get() == 1);
        assertThat(sent.get()).isLessThan(1 << 26);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\na: b\r\n", "HTTP/1.1 102 Processing\r\n\r\n"})
    void timesOutAnIncompleteResponse(String start) {
        set("timeout", "200ms");
        receiver.answers((in, out) -> {
            Receiver.write(out, start);
            in.read();
        });
        tell(webhooks(), receiver.origin());
        assertThat(counted("given-up")).isEqualTo(1);
        await().until(() -> receiver.ended.get() == 2); // the connection is closed, not leaked
    }

    @Test
    void timesOutAHangingLookup() {
        set("timeout", "200ms");
        Object never = new Object();
        WebhookRules rules = new WebhookRules(true, Set.of(), host -> {
            synchronized (never) {
                try {
                    never.wait(SOON.toMillis());
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return new InetAddress[0];
        });
        tell(webhooks(rules, SECRET), "https://hooks.test");
        assertThat(counted("given-up")).isEqualTo(1);
    }

    @Test
    void givesUpAtTheDeadline() {
        set("timeout", "100ms");
        set("pauses", "1ms,".repeat(999) + "1ms");
        set("give-up-after", "500ms");
        receiver.answers(Receiver.NOTHING);
        tell(webhooks(), receiver.origin());
        assertThat(counted("given-up")).isEqualTo(1);
        assertThat(receiver.requests).hasSizeLessThan(10);
    }

    @Test
    void oneHostDoesNotDelayOthersAndHasItsOwnLimit() {
        set("timeout", "1s");
        receiver.answers(Receiver.NOTHING);
        Webhooks webhooks = webhooks();
        List<Uni<Void>> told = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            told.add(webhooks.send(finished("r" + i, null, receiver.origin()), null)
                    .memoize()
                    .indefinitely());
        }
        told.forEach(each -> each.subscribe().with(x -> {}));
        await().until(() -> receiver.requests.size() == 4);

        tell(webhooks, other.origin());

        assertThat(other.requests).hasSize(1);
        assertThat(receiver.requests).as("none of which has ended").hasSize(4);
        await().until(() -> receiver.requests.size() > 4);
        assertThat(receiver.most).hasValueLessThanOrEqualTo(5); // the receiver counts the end of a call slightly late
    }

    /** By default, Vert.x would follow 303 with a GET request. */
    @ParameterizedTest
    @ValueSource(strings = {"301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect"})
    void followsNoRedirect(String status) {
        for (String location : new String[] {other.origin() + "/there", "/there"}) {
            receiver.answers(Receiver.status(status, "Location: " + location));
            tell(webhooks(), receiver.origin());
        }
        assertThat(counted("given-up")).isEqualTo(2);
        assertThat(other.connections).hasValue(0);
        assertThat(receiver.requests).hasSize(4).noneMatch(request -> request.contains("/there"));
    }

    @Test
    void callsTheAddressThatWasChecked() throws IOException {
        Iterator<InetAddress> turns = List.of(InetAddress.getByName("127.0.0.1"), InetAddress.getByName("127.0.0.2"))
                .iterator();
        String origin = "http://hooks.test:" + receiver.port();
        WebhookRules rules =
                new WebhookRules(true, Set.of(Origin.parse(origin)), host -> new InetAddress[] {turns.next()});
        tell(webhooks(rules, SECRET), origin + "/x?y=%20z");
        assertThat(receiver.requests.get(0))
                .startsWith("POST /x?y=%20z HTTP/1.1\r\n")
                .containsIgnoringCase("\r\nhost: hooks.test:" + receiver.port() + "\r\n");
        assertThat(other.connections).hasValue(0);
        assertThat(turns.hasNext()).as("it was looked up once").isTrue();
    }

    @Test
    void refusesPrivateAddressesAtTheTimeOfTheCall() throws IOException {
        set("timeout", "1s");
        InetAddress here = InetAddress.getByName("127.0.0.1");
        WebhookRules rules = new WebhookRules(true, Set.of(), host -> new InetAddress[] {here});
        tell(webhooks(rules, SECRET), "https://hooks.test:" + receiver.port());
        assertThat(counted("given-up")).isEqualTo(1);
        assertThat(receiver.connections).hasValue(0);
    }

    /** As when the gateway has forgotten the request. */
    @Test
    void callsTheWebhookInTheHeaderOfAResult() {
        clock = Clock.fixed(NOW, ZoneOffset.UTC);
        Webhooks webhooks = webhooks();
        Generation finished = finished("r1", "alice", receiver.origin());
        byte[] header = webhooks.headerOf(finished.request()).orElseThrow();
        webhooks.send(finished, null).await().atMost(SOON);
        webhooks.send(Generation.finished(finished.finished()), header).await().atMost(SOON);
        assertThat(receiver.requests).hasSize(2);
        assertThat(receiver.requests.get(1)).isEqualTo(receiver.requests.get(0));
    }

    /** A worker must not be able to make the gateway sign calls to other URLs. */
    @Test
    void doesNotCallAWebhookThatNoGatewayHasSigned() {
        Webhooks webhooks = webhooks();
        Generation finished = finished("r1", "alice", receiver.origin());
        Generation forgotten = Generation.finished(finished.finished());
        Generation another = Generation.finished(new GenerationCancelled("r2", "w", NOW));
        byte[] header = webhooks.headerOf(finished.request()).orElseThrow();
        String changed = new String(header, UTF_8).replace("alice", "bob");
        byte[] foreign = webhooks(new WebhookRules(true, Set.of()), BEFORE)
                .headerOf(finished.request())
                .orElseThrow();

        webhooks.send(another, header).await().atMost(SOON);
        for (byte[] bad : List.of(changed.getBytes(UTF_8), foreign, "no JSON".getBytes(UTF_8), "{}".getBytes(UTF_8))) {
            webhooks.send(forgotten, bad).await().atMost(SOON);
        }

        assertThat(receiver.requests).isEmpty();
    }

    /** The previous secret is accepted while the secret is rotated. */
    @Test
    void acceptsAHeaderThatWasSignedWithTheSecretBefore() {
        WebhookRules rules = new WebhookRules(true, Set.of(Origin.parse(receiver.origin())));
        Generation finished = finished("r1", "alice", receiver.origin());
        byte[] header = webhooks(rules, BEFORE).headerOf(finished.request()).orElseThrow();
        webhooks(rules, SECRET, BEFORE)
                .send(Generation.finished(finished.finished()), header)
                .await()
                .atMost(SOON);
        assertThat(receiver.requests).hasSize(1);
    }

    @Test
    void signsForEachOwnerWithAnotherSecret() {
        clock = Clock.fixed(NOW, ZoneOffset.UTC);
        Webhooks webhooks = webhooks();
        String url = receiver.origin();
        for (String owner : new String[] {"alice", "bob", null}) {
            webhooks.send(finished("r1", owner, url), null).await().atMost(SOON);
        }
        assertThat(receiver.requests)
                .hasSize(3)
                .extracting(WebhooksTest::signature)
                .doesNotHaveDuplicates();
    }

    @Test
    void signsWithTheSecretBeforeAsWell() {
        clock = Clock.fixed(NOW, ZoneOffset.UTC);
        Webhooks webhooks = webhooks(new WebhookRules(true, Set.of(Origin.parse(receiver.origin()))), SECRET, BEFORE);
        tell(webhooks, receiver.origin());
        String request = receiver.requests.get(0);
        byte[] body = request.substring(request.indexOf("\r\n\r\n") + 4).getBytes(UTF_8);
        assertThat(signature(request).split(" "))
                .containsExactly(
                        WebhookSecret.parse(webhooks.secretOf("alice").orElseThrow())
                                .signature("r1", NOW, body),
                        BEFORE.of("alice").signature("r1", NOW, body));
    }

    private static String signature(String request) {
        Matcher header = Pattern.compile("(?i)\nwebhook-signature: (.*)\r").matcher(request);
        assertThat(header.find()).isTrue();
        return header.group(1);
    }

    @Test
    void makesNoCallsWithoutASecret() {
        Webhooks none = webhooks(new WebhookRules(false, Set.of()));
        tell(none, receiver.origin());
        assertThat(receiver.connections).hasValue(0);
        assertThat(none.secretOf("alice")).isEmpty();
    }

    /** The log contains the failure's message when a call is given up. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://exa mple.com",
                "nothing",
                "ftp://example.com",
                "http://example.com",
                "https://10.0.0.1",
                "https://none.invalid",
                "RECEIVER"
            })
    void quotesNoPathAndNoQuery(String origin) {
        receiver.answers((in, out) -> Receiver.write(out, "no HTTP at all\r\n\r\n"));
        Generation generation =
                finished("r1", null, origin.replace("RECEIVER", receiver.origin()) + "/t0ken?t0ken=\u00e9");
        assertThatThrownBy(() -> webhooks().deliver(generation).await().atMost(SOON))
                .extracting(Throwable::getMessage, as(STRING))
                .containsPattern("expected |cannot resolve |no response |the call failed")
                .doesNotContain("t0ken");
    }

    /** Otherwise receivers could write arbitrary text to the log at level ERROR. */
    @Test
    void keepsTextOfReceiversOutOfTheLog() {
        List<String> lines = new CopyOnWriteArrayList<>();
        Handler handler = new Lines(lines);
        Logger logger = LogContext.getLogContext().getLogger("io.vertx");
        logger.addHandler(handler);
        receiver.answers((in, out) -> Receiver.write(out, "no HTTP at all\r\n\r\n"));
        try {
            tell(webhooks(), receiver.origin());
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(lines).isEmpty();
    }

    private static final class Lines extends Handler {
        private final List<String> lines;

        Lines(List<String> lines) {
            this.lines = lines;
        }

        @Override
        public void publish(LogRecord line) {
            lines.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
