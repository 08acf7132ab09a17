// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.broker.Ports;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.standalone.cli.CommandRun;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.GenerationFollower;
import io.lorafleet.standalone.client.GenerationStatus.Status;
import io.lorafleet.standalone.client.NewGeneration;
import io.lorafleet.standalone.supervisor.FleetSettings;
import io.lorafleet.standalone.supervisor.LocalFleet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The packaged services with API keys, on a broker that requires a password. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecuredFleetIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final List<String> said = new CopyOnWriteArrayList<>();
    private Path keys;
    private Path data;
    private String key;
    private LocalFleet fleet;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Path root = Path.of(System.getProperty("lorafleet.root")).toRealPath();
        keys = folder.resolve("keys.json");
        data = folder.resolve("data");
        key = key("create", "--owner", "alice", "--role", "generate");
        fleet = new LocalFleet(
                new FleetSettings(
                        root, data, root.resolve("deploy/demo-model"), Ports.free(), Ports.free(), null, 1, "", keys),
                said::add);
        fleet.start();
    }

    @AfterAll
    void stop() {
        fleet.close();
    }

    @Test
    void drawsForWhoeverHasAKeyThatTheCommandLineMade() throws Exception {
        GatewayClient gateway = new GatewayClient(fleet.gateway(), key);

        String id = gateway.generate(request(), TIMEOUT).id();

        assertThat(new GenerationFollower(gateway, GenerationFollower.Progress.NONE)
                        .follow(id)
                        .value()
                        .status())
                .isEqualTo(Status.SUCCEEDED);
    }

    @Test
    void refusesARevokedKeyAtOnceAndTakesARotatedOne() throws Exception {
        String old = key("create", "--owner", "bob", "--role", "generate");
        String renewed = key("rotate", old.substring(3, 19), "--overlap", "1h");
        for (String each : List.of(old, renewed)) {
            new GatewayClient(fleet.gateway(), each).generate(request(), TIMEOUT);

            key("revoke", each.substring(3, 19));

            assertThatThrownBy(() -> new GatewayClient(fleet.gateway(), each).generate(request(), TIMEOUT))
                    .isInstanceOf(FleetException.class)
                    .hasMessageContaining(GatewayClient.KEY);
        }
    }

    @Test
    void leavesTheBrokersPasswordInNoLog() throws Exception {
        String password = fleet.login().get("sasl.jaas.config").replaceAll(".*password=\"([^\"]+)\".*", "$1");
        assertThat(password).hasSizeGreaterThan(40).doesNotContain(" ");
        try (Stream<Path> logs = Files.list(data.resolve("logs"))) {
            for (Path log : logs.toList()) {
                assertThat(new String(Files.readAllBytes(log), UTF_8).contains(password))
                        .as("%s", log)
                        .isFalse();
            }
        }
    }

    private String key(String command, String... more) {
        String[] arguments = Stream.concat(Stream.of("key", command, "--file", keys.toString()), Stream.of(more))
                .toArray(String[]::new);
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.exit()).as(run.err()).isZero();
        return run.out().strip();
    }

    private static NewGeneration request() {
        return NewGeneration.of("a large red star on a white background")
                .negativePrompt("")
                .guidanceScale(5.0)
                .steps(5)
                .sampler(SamplerName.DDIM)
                .size(64, 64)
                .seed(1234L)
                .count(1)
                .build();
    }
}
