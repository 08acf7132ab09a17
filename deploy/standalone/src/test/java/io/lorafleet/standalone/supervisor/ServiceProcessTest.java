// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lorafleet.broker.Ports;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses real child processes. */
class ServiceProcessTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final List<String> said = new CopyOnWriteArrayList<>();
    private ServiceProcess service;

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void isReadyWhenTheProcessAnswers() throws Exception {
        service = start(FakeServices.Obedient.class, Duration.ofSeconds(10));

        service.ready().get(30, TimeUnit.SECONDS);

        assertThat(service.process().isAlive()).isTrue();
    }

    @Test
    void tellsTheLastLinesOfAProcessThatEndsWhileStarting() throws Exception {
        service = start(FakeServices.Dying.class, Duration.ofSeconds(10));

        assertThatThrownBy(() -> service.ready().get(30, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("fake exited during startup (exit code 3)")
                .hasMessageContaining(folder.resolve("fake.log").toString())
                .hasMessageContaining("line 6\n")
                .hasMessageEndingWith("line 20")
                .message()
                .doesNotContain("line 5\n");
    }

    @Test
    void startsAProcessAgainThatWasKilled() throws Exception {
        service = start(FakeServices.Obedient.class, Duration.ofSeconds(10));
        service.ready().get(30, TimeUnit.SECONDS);
        Process killed = service.process();

        killed.destroyForcibly();

        await().atMost(TIMEOUT).until(() -> said.contains("fake has restarted"));
        assertThat(service.process().pid()).isNotEqualTo(killed.pid());
        assertThat(said.get(0)).startsWith("fake exited unexpectedly (exit code 137); restarting it");
    }

    @Test
    void restartsAProcessThatHangs() throws Exception {
        service = start(FakeServices.Hanging.class, Duration.ofSeconds(10));
        service.ready().get(30, TimeUnit.SECONDS);
        Process hanging = service.process();

        await().atMost(TIMEOUT).until(() -> said.contains("fake has restarted"));

        assertThat(hanging.isAlive()).isFalse();
        assertThat(said.get(0)).isEqualTo("fake has hung; killing it");
    }

    @Test
    void leavesAProcessEndedThatItWasAskedToStop() throws Exception {
        service = start(FakeServices.Obedient.class, Duration.ofSeconds(10));
        service.ready().get(30, TimeUnit.SECONDS);

        service.close();

        assertThat(service.process().isAlive()).isFalse();
        assertThat(said).isEmpty();
    }

    @Test
    void killsAProcessThatDoesNotStop() throws Exception {
        service = start(FakeServices.Stubborn.class, Duration.ofMillis(500));
        service.ready().get(30, TimeUnit.SECONDS);

        service.close();

        assertThat(service.process().isAlive()).isFalse();
        assertThat(said).containsExactly("fake did not stop in time; killing it");
    }

    private ServiceProcess start(Class<?> main, Duration stopLimit) throws IOException {
        int port = Ports.free();
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Dquarkus.http.port=" + port,
                main.getName());
        URI readiness = URI.create("http://localhost:" + port + "/q/health/ready");
        return ServiceProcess.start(
                new ServiceSpec("fake", command, System.getenv(), folder.resolve("fake.log"), readiness),
                stopLimit,
                said::add);
    }
}
