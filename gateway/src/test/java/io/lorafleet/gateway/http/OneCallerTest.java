// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.messages.ApiKeys.Role;
import io.lorafleet.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests that a caller who tries to exhaust shared resources does not affect another caller. */
@QuarkusTest
@TestProfile(SecuredGateway.class)
@WithTestResource(BrokerResource.class)
class OneCallerTest {
    private final List<Socket> open = new ArrayList<>();
    private static WorkerPeer worker;

    @BeforeEach
    void announceTheWorker() throws IOException {
        if (worker == null) {
            worker = WorkerPeer.known();
        }
        worker.announce();
    }

    @AfterAll
    static void closeTheWorker() {
        worker.close();
        worker = null;
    }

    @AfterEach
    void closeAll() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }

    @Test
    void withStalledBodies() throws IOException {
        for (int i = 0; i < 64; i++) {
            start("POST", "/v1/generations", "application/json", 100, "{");
        }
        await().until(() -> metric("lorafleet_http_requests") >= 64);
        RawHttp.Answer refused = RawHttp.answer(start("POST", "/v1/generations", "application/json", 100, "{"));
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Retry-After")).isEqualTo("5");
        assertThat(orderOf("bob")).isEqualTo(202);
        for (Socket slow : open.subList(0, 64)) {
            assertThat(statusOf(slow)).as("408, or closed").isIn(408, 0);
        }
        await().until(() -> metric("lorafleet_http_requests") == 0);
        assertThat(orderOf("alice")).isEqualTo(202);
    }

    /** Sends a byte at intervals, so that the connection is never idle. */
    @Test
    void withASlowBody() throws Exception {
        Socket slow = start("POST", "/v1/generations", "application/json", 100_000, "{");
        long begun = System.nanoTime();
        await().pollInterval(Duration.ofMillis(200)).until(() -> {
            try {
                slow.getOutputStream().write(' ');
                return slow.getInputStream().available() > 0;
            } catch (IOException closed) {
                return true;
            }
        });
        RawHttp.Answer cut = RawHttp.answer(slow);
        assertThat(cut.status()).as(cut.text()).isEqualTo(408);
        assertThat(cut.text()).contains("urn:lorafleet:problem:too-slow");
        assertThat(System.nanoTime() - begun).isGreaterThan(1_000_000_000L);
    }

    @Test
    void withTheMemoryOfLargeBodies() throws IOException {
        String part = "{\"prompt\":\"a\",\"initImage\":\"" + "A".repeat(7_000_000);
        for (int i = 0; i < 4; i++) {
            start("POST", "/v1/generations", "application/json", 10_000_000, part);
        }
        await().until(() -> metric("lorafleet_body_bytes") > 27_000_000);
        Socket fifth = start("POST", "/v1/generations", "application/json", 10_000_000, "");
        try {
            fifth.getOutputStream().write(part.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // the upload was refused before its end
        }
        assertThat(statusOf(fifth)).as("429, or closed while it was sent").isIn(429, 0);
        assertThat(metric("lorafleet_body_bytes")).isLessThanOrEqualTo(33_554_432);
        assertThat(orderOf("bob")).isEqualTo(202);
        closeAll();
        await().until(() -> metric("lorafleet_body_bytes") == 0);
    }

    @Test
    void withBytesAfterTheResponse() throws IOException {
        byte[] mebibyte = "A".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
        Socket tooLong = sendBeyondTheAnswer("{\"prompt\":\"", mebibyte);
        Socket noJson = sendBeyondTheAnswer("{]", mebibyte);
        await("the end of the connections").until(() -> !canSend(tooLong, mebibyte) && !canSend(noJson, mebibyte));
    }

    /** @param start start of a body to which the gateway responds long before the body's end */
    private Socket sendBeyondTheAnswer(String start, byte[] mebibyte) throws IOException {
        Socket socket = start("POST", "/v1/generations", "application/json", Integer.MAX_VALUE, start);
        for (int sent = 0; socket.getInputStream().available() == 0; sent++) {
            assertThat(sent).as("MiB sent without an answer").isLessThan(64);
            socket.getOutputStream().write(mebibyte);
        }
        long before = heapInMiB();
        for (int sent = 0; sent < 64 && canSend(socket, mebibyte); sent++) {}
        assertThat(heapInMiB()).isLessThan(before + 32);
        return socket;
    }

    private static boolean canSend(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (IOException ended) {
            return false;
        }
    }

    private static long heapInMiB() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
    }

    @Test
    void withStreamsOfEvents() throws IOException {
        String id = submitAs("alice").extract().path("id");
        String stream = "/v1/generations/" + id + "/events";
        for (int i = 0; i < 200; i++) {
            open.add(follow(stream));
        }
        await().until(() -> metric("lorafleet_event_streams_open") == 200);
        RawHttp.Answer refused = RawHttp.answer(follow(stream));
        assertThat(refused.status()).as(refused.text()).isEqualTo(429);
        String bobs = submitAs("bob").extract().path("id");
        Socket his = RawHttp.request("GET", "/v1/generations/" + bobs + "/events")
                .header("Authorization", "Bearer " + SecuredGateway.key("bob", Role.GENERATE))
                .open(RestAssured.port);
        open.add(his);
        worker.succeed(bobs);
        assertThat(RawHttp.answer(his).text()).contains("event:finished");
        closeAll();
        await().until(() -> metric("lorafleet_event_streams_open") == 0);
    }

    private Socket follow(String path) throws IOException {
        return RawHttp.request("GET", path)
                .header("Authorization", "Bearer " + SecuredGateway.key("alice", Role.GENERATE))
                .open(RestAssured.port);
    }

    /**
     * Starts a request from alice.
     *
     * @param length the Content-Length
     */
    private Socket start(String method, String path, String type, int length, String body) throws IOException {
        Socket socket = RawHttp.request(method, path)
                .header("Authorization", "Bearer " + SecuredGateway.key("alice", Role.GENERATE))
                .header("Content-Type", type)
                .header("Content-Length", Integer.toString(length))
                .body(body)
                .open(RestAssured.port);
        open.add(socket);
        return socket;
    }

    private static int statusOf(Socket socket) {
        try {
            return RawHttp.answer(socket).status();
        } catch (IOException reset) {
            return 0;
        }
    }

    private static double metric(String name) {
        return given().header("Authorization", "Bearer " + SecuredGateway.key("bob", Role.OPERATE))
                .get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .sum();
    }

    private static int orderOf(String owner) {
        return submitAs(owner).extract().statusCode();
    }

    private static ValidatableResponse submitAs(String owner) {
        return given().header("Authorization", "Bearer " + SecuredGateway.key(owner, Role.GENERATE))
                .contentType("application/json")
                .body(Map.of("prompt", "a"))
                .post("/v1/generations")
                .then();
    }
}
