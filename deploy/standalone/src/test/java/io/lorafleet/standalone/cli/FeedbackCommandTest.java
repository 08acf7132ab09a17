// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.lorafleet.standalone.Fleet;
import io.lorafleet.standalone.client.FeedbackReceipt;
import io.lorafleet.standalone.client.WithdrawalReceipt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Uses an HTTP server that returns the same response to every request. */
class FeedbackCommandTest {
    private final List<String> asked = new ArrayList<>();
    private final StringWriter err = new StringWriter();
    private int status = 202;
    private String said = "{\"feedbackId\":\"f1\",\"samples\":[{\"feedbackId\":\"f1\",\"adapter\":\"fast@1\"}]}";
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
            byte[] response = said.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, response.length);
            exchange.getResponseBody().write(response);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @ParameterizedTest
    @CsvSource({"up, 1.0", "down, -1.0", "-0.5, -0.5", "1, 1.0", "-1, -1.0"})
    void saysTheRatingInNumbers(String rating, String number) {
        assertThat(run("g1", "--rating", rating)).isZero();

        assertThat(asked).containsExactly("POST /v1/generations/g1/feedback {\"rating\":" + number + "}");
    }

    @Test
    void wantsTheTeachersImage() {
        assertThat(run("g1", "--as-teacher", "--image", "2", "--note", "more contrast"))
                .isZero();

        assertThat(asked)
                .containsExactly("POST /v1/generations/g1/feedback"
                        + " {\"image\":2,\"note\":\"more contrast\",\"asTeacher\":true}");
    }

    @Test
    void withdrawsWhatAnOwnerSaid() {
        said = "{\"owner\":\"key:mallory\",\"adapters\":[\"fast\"]}";

        assertThat(run("withdraw", "--owner", "key:mallory")).isZero();
        assertThat(run("withdraw", "--owner", "token:https://id.example.com#7&x", "--adapter", "fast"))
                .isZero();

        assertThat(asked)
                .containsExactly(
                        "DELETE /v1/feedback?owner=key%3Amallory ",
                        "DELETE /v1/feedback?owner=token%3Ahttps%3A%2F%2Fid.example.com%237%26x&adapter=fast ");
    }

    @Test
    void saysFromWhomItIsWithdrawn() {
        assertThat(new WithdrawalReceipt("mallory", List.of("fast", "slow")).text())
                .isEqualTo("withdrew the feedback of mallory from fast, slow");
        assertThat(new WithdrawalReceipt("mallory", List.of()).text()).contains("no student");
    }

    @Test
    void showsWhatTheGatewayRefuses() {
        status = 409;
        said = "{\"title\":\"No student drew the image\",\"detail\":\"expected a generation that a student drew\"}";

        assertThat(run("a b", "--rating", "up")).isEqualTo(1);

        assertThat(asked).containsExactly("POST /v1/generations/a+b/feedback {\"rating\":1.0}");
        assertThat(err.toString())
                .isEqualToIgnoringNewLines(
                        "fleet: No student drew the image: expected a generation that a student drew");
    }

    @Test
    void printsTheAnswerAsItIs() {
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            assertThat(run("g1", "--rating", "up", "--json")).isZero();
        } finally {
            System.setOut(before);
        }

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualToIgnoringNewLines(said);
    }

    @Test
    void namesTheStudentThatLearnsFromIt() {
        FeedbackReceipt given = new FeedbackReceipt(
                List.of(new FeedbackReceipt.Sample("f1", "fast@1"), new FeedbackReceipt.Sample("f2", "slow@3")));

        assertThat(given.text().lines()).containsExactly("fast@1  feedback f1", "slow@3  feedback f2");
    }

    private int run(String... args) {
        List<String> all = new ArrayList<>(List.of("feedback"));
        all.addAll(List.of(args));
        all.addAll(List.of("--url", "http://localhost:" + server.getAddress().getPort()));
        return Fleet.commandLine().setErr(new PrintWriter(err, true)).execute(all.toArray(String[]::new));
    }
}
