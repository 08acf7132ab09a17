// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.broker.Ports;
import io.lorafleet.messages.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Examines the machine that runs the tests. Its services may or may not be built. */
class DoctorCommandTest {
    @TempDir
    private Path folder;

    @Test
    void findsWhatIsMissing() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CommandRun run = CommandRun.of(
                    "doctor",
                    "--port",
                    Integer.toString(taken.getLocalPort()),
                    "--model",
                    folder.resolve("nowhere").toString());

            assertThat(run.exit()).isOne();
            assertThat(run.out().lines()).first().asString().matches("CHECK +STATUS +FINDING");
            assertThat(run.out())
                    .containsPattern("gateway port +problem +Port " + taken.getLocalPort() + " is in use")
                    .containsPattern("model +problem +The model cannot be used.*nowhere");
        }
    }

    @Test
    void saysWhatAWorkerWouldUse() throws IOException {
        CommandRun run = CommandRun.of(
                "doctor",
                "--json",
                "--port",
                Integer.toString(Ports.free()),
                "--broker-port",
                Integer.toString(Ports.free()),
                "--model",
                "../demo-model",
                "--workers",
                "64");

        JsonNode findings = Json.read(run.out().getBytes(StandardCharsets.UTF_8), JsonNode.class);
        assertThat(finding(findings, "model")).contains("can be used; the size of its weights is 20.4 MB");
        assertThat(finding(findings, "pytorch")).startsWith("PyTorch 2.7.1 can be loaded");
        assertThat(finding(findings, "threads")).isEqualTo("Each worker uses 1 thread for one operation.");
        assertThat(finding(findings, "broker port")).endsWith(" is free.");
    }

    private static String finding(JsonNode findings, String check) {
        for (JsonNode finding : findings) {
            if (finding.get("check").asText().equals(check)) {
                return finding.get("text").asText();
            }
        }
        throw new AssertionError("no finding for " + check);
    }
}
