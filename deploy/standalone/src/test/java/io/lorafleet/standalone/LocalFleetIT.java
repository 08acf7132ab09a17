package io.lorafleet.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lorafleet.broker.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a real broker and real child processes; only what runs in them is a from {@link FakeServices}. */
class LocalFleetIT {
    @TempDir
    private Path root;

    private final List<String> said = new CopyOnWriteArrayList<>();
    private FleetSettings settings;

    @BeforeEach
    void build() throws IOException {
        for (String module : List.of("gateway", "gpu-worker", "trainer")) {
            install(module, FakeServices.Obedient.class);
        }
        Files.createFile(root.resolve("model_index.json"));
        settings = new FleetSettings(root, root.resolve("data"), root, Ports.free(), Ports.free(), null, 2, "", null);
    }

    @Test
    void startsEveryServiceAndStopsThemAll() throws Exception {
        List<Process> processes;
        try (LocalFleet fleet = new LocalFleet(settings, said::add)) {
            fleet.start();
            processes = List.of(
                    fleet.process("gateway"),
                    fleet.process("worker-1"),
                    fleet.process("worker-2"),
                    fleet.process("trainer"));
            assertThat(processes).allMatch(Process::isAlive);
            assertThat(said).contains("gateway is ready", "worker-2 is ready", "trainer is ready");
        }
        assertThat(processes).noneMatch(Process::isAlive);
        assertThat(Ports.isFree(settings.brokerPort())).isTrue();
        assertThat(said).endsWith("stopping", "stopped");
    }

    @Test
    void stopsTheOthersWhenOneEndsWhileStarting() throws Exception {
        install("trainer", FakeServices.Dying.class);
        Process gateway;
        try (LocalFleet fleet = new LocalFleet(settings, said::add)) {
            assertThatThrownBy(fleet::start)
                    .isInstanceOf(FleetException.class)
                    .hasMessageContaining("trainer ended while starting");
            gateway = fleet.process("gateway");
        }
        assertThat(gateway.isAlive()).isFalse();
    }

    @Test
    void stopsWhatAKilledFleetLeftBehind() throws Exception {
        Process left = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dlorafleet.storage.directory=" + settings.data().resolve("blobs"),
                        "-Dquarkus.http.port=" + settings.port(),
                        "-jar",
                        root.resolve("gateway/target/quarkus-app/quarkus-run.jar")
                                .toString())
                .start();
        await().until(() -> !Ports.isFree(settings.port()));
        try (LocalFleet fleet = new LocalFleet(settings, said::add)) {
            fleet.start();

            assertThat(left.isAlive()).isFalse();
            assertThat(fleet.process("gateway").isAlive()).isTrue();
        }
    }

    @Test
    void namesTheArtefactThatIsNotBuilt() throws Exception {
        Path jar = root.resolve("gpu-worker/target/quarkus-app/quarkus-run.jar");
        Files.delete(jar);
        try (LocalFleet fleet = new LocalFleet(settings, said::add)) {
            assertThatThrownBy(fleet::start).isInstanceOf(FleetException.class).hasMessageContaining(jar.toString());
        }
    }

    private void install(String module, Class<?> main) throws IOException {
        Path jar = root.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        Files.createDirectories(jar.getParent());
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main.getName());
        String file = main.getName().replace('.', '/') + ".class";
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out, manifest);
                InputStream code = main.getClassLoader().getResourceAsStream(file)) {
            entries.putNextEntry(new JarEntry(file));
            code.transferTo(entries);
        }
    }
}
