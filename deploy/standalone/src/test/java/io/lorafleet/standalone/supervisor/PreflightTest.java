// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.broker.Ports;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreflightTest {
    @TempDir
    private Path model;

    private int port;
    private int brokerPort;

    @BeforeEach
    void everythingIsAsItShouldBe() throws IOException {
        Files.createFile(model.resolve("model_index.json"));
        port = Ports.free();
        brokerPort = Ports.free();
    }

    @Test
    void findsNothingWrong() {
        assertThatCode(() -> Preflight.check(settings(model, null))).doesNotThrowAnyException();
    }

    @Test
    void namesThePortInUseAndTheOptionThatChangesIt() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
            assertThatThrownBy(() -> Preflight.check(settings(model, null)))
                    .isInstanceOf(FleetException.class)
                    .hasMessageContaining("port " + port + " is in use")
                    .hasMessageEndingWith("--port");
        }
    }

    @Test
    void theBrokersPortMatters() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            brokerPort = taken.getLocalPort();
            assertThatThrownBy(() -> Preflight.check(settings(model, null))).hasMessageEndingWith("--broker-port");
        }
    }

    @Test
    void theBrokersPortDoesNotMatterWithAnOuterBroker() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            brokerPort = taken.getLocalPort();
            assertThatCode(() -> Preflight.check(settings(model, "kafka:9092"))).doesNotThrowAnyException();
        }
    }

    @Test
    void refusesOnePortForTwo() {
        brokerPort = port;

        assertThatThrownBy(() -> Preflight.check(settings(model, null)))
                .hasMessageContaining("--port and --broker-port");
    }

    @Test
    void namesAModelFolderThatIsNotThere() {
        Path missing = model.resolve("missing");

        assertThatThrownBy(() -> Preflight.check(settings(missing, null)))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("--model");
    }

    @Test
    void saysWhatIsExpectedInAModelFolder() throws IOException {
        Files.delete(model.resolve("model_index.json"));

        assertThatThrownBy(() -> Preflight.check(settings(model, null)))
                .isInstanceOf(FleetException.class)
                .hasMessage("--model: " + model
                        + ": expected a model folder in the diffusers layout, found no model_index.json in it");
    }

    @Test
    void refusesAFileThatIsNoCheckpoint() throws IOException {
        Path pickled = Files.createFile(model.resolve("model.ckpt"));

        assertThatThrownBy(() -> Preflight.check(settings(pickled, null)))
                .isInstanceOf(FleetException.class)
                .hasMessageStartingWith("--model: " + pickled + ": expected a .safetensors file")
                .hasMessageContaining("Pickled weights can run code and are never loaded");
    }

    @Test
    void namesAFileOfKeysThatIsNotThere() {
        Path missing = model.resolve("keys.json");
        FleetSettings settings = new FleetSettings(model, model, model, port, brokerPort, null, 1, "", missing);

        assertThatThrownBy(() -> Preflight.check(settings))
                .isInstanceOf(FleetException.class)
                .hasMessageStartingWith("--api-keys: ")
                .hasMessageEndingWith(missing.toString());
    }

    @Test
    void namesAFolderOfControlNetsThatIsNotThere() {
        Path missing = model.resolve("control-nets");
        FleetSettings settings =
                new FleetSettings(model, model, model, port, brokerPort, null, 1, "", null, List.of(), missing);

        assertThatThrownBy(() -> Preflight.check(settings))
                .isInstanceOf(FleetException.class)
                .hasMessage("--control-nets: expected a folder of ControlNets, found none at " + missing);
    }

    @Test
    void refusesAFileOfKeysThatOthersCanOpen() throws IOException {
        Path keys = Files.createFile(model.resolve("keys.json"));
        Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-r--r--"));
        FleetSettings settings = new FleetSettings(model, model, model, port, brokerPort, null, 1, "", keys);

        assertThatThrownBy(() -> Preflight.check(settings))
                .isInstanceOf(FleetException.class)
                .hasMessageStartingWith("--api-keys: ")
                .hasMessageContaining("found mode 0644; run `chmod go-rwx " + keys);
    }

    private FleetSettings settings(Path modelFolder, String bootstrap) {
        return new FleetSettings(model, model, modelFolder, port, brokerPort, bootstrap, 1, "", null);
    }
}
