// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.standalone.cli.StubGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the command line in its own process, for what only a process has: signals and pipes. */
class ProgramTest {
    @TempDir
    private Path folder;

    @Test
    void aClosedPipeEndsTheProgramWithoutAStackTrace() throws Exception {
        Process program = start("--help");
        program.getInputStream().close(); // before the program writes, like a head that has already ended

        assertThat(program.waitFor()).isEqualTo(141);
        assertThat(errors()).isEmpty();
    }

    @Test
    void ctrlCCancelsTheGeneration() throws Exception {
        try (StubGateway gateway = new StubGateway()
                .on("POST /v1/generations", 202, "{'id':'g1','status':'queued','images':[]}")
                .on("GET /v1/generations/g1", 200, "{'id':'g1','status':'running','images':[]}")
                .on("DELETE /v1/generations/g1", 202, "")) {
            Process program = start("generate", "a star", "--url", gateway.url());
            await().until(() -> gateway.asked.contains("GET /v1/generations/g1"));

            new ProcessBuilder("kill", "-INT", Long.toString(program.pid()))
                    .start()
                    .waitFor();

            assertThat(program.waitFor()).isEqualTo(130);
            assertThat(gateway.asked).contains("DELETE /v1/generations/g1");
            assertThat(errors()).contains("fleet: generation g1 was cancelled").doesNotContain("Exception", "\tat ");
        }
    }

    @Test
    void outputThatIsNoTerminalHasNoColors() throws Exception {
        Process program = start("--help");

        String help = new String(program.getInputStream().readAllBytes(), UTF_8);

        assertThat(program.waitFor()).isZero();
        assertThat(help).startsWith("Usage: fleet").doesNotContain("\u001b");
    }

    private String errors() throws IOException {
        return Files.readString(folder.resolve("stderr"));
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "--default-signal=INT", // a build in the background of a shell ignores it, and so would the program
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Fleet.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(folder.resolve("stderr").toFile());
        builder.environment()
                .put("LORAFLEET_CONFIG", folder.resolve("config.json").toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("JAVA_TOOL") || name.startsWith("JDK_JAVA"));
        return builder.start();
    }
}
