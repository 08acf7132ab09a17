// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.standalone.Fleet;
import io.lorafleet.standalone.client.GatewayClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Invalid options are reported before a fleet starts. */
class BenchServeCommandTest {
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource({
        "--requests=0, --requests: expected at least 1",
        "--teachers=2, --teachers: expected a share",
        "--sizes=64x, --sizes: expected a size such as 64",
        "--prompts=missing.txt, --prompts: cannot read missing.txt",
        "--make-adapters=-1, expected either --adapters or --make-adapters",
        "--publish=3, '--publish: expected at least 0, together with --make-adapters'"
    })
    void anUnusableWorkloadExitsWithOne(String option, String problem) {
        assertThat(run("bench", "serve", "--arrivals", "closed:1", option)).isEqualTo(1);

        assertThat(err.toString()).startsWith("fleet: " + problem).doesNotContain("\tat ");
    }

    @Test
    void aSampleIsOfACheck() {
        assertThat(run("bench", "serve", "--arrivals", "closed:1", "--check-sample", "3"))
                .isEqualTo(2);
    }

    @Test
    void sendsTheApiKeyWithEveryRequest() throws Exception {
        try (FakeGateway gateway = new FakeGateway() {
            @Override
            void onRequest(int number) {
                end("g" + number);
            }
        }) {
            // The command reads the key from its environment, so it needs a separate process.
            ProcessBuilder command = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Fleet.class.getName(),
                            "bench",
                            "serve",
                            "--url=" + gateway.url(),
                            "--arrivals=closed:1",
                            "--requests=2",
                            "--warm-up=1",
                            "--check")
                    .inheritIO();
            command.environment().put(GatewayClient.KEY, "lf_test");

            assertThat(command.start().waitFor()).isZero();

            assertThat(gateway.authorizations).hasSizeGreaterThan(5).containsOnly("Bearer lf_test");
        }
    }

    private int run(String... args) {
        return Fleet.commandLine().setErr(new PrintWriter(err, true)).execute(args);
    }
}
