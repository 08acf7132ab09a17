// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lorafleet.broker.Ports;
import io.lorafleet.standalone.Fleet;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses a real broker and real child processes, which run the classes of {@link FakeServices}. */
class LocalFleetIT {
    private static final Set<PosixFilePermission> OPEN = PosixFilePermissions.fromString("rwxr-xr-x");

    private static final String HARMLESS = "LORAFLEET_NOTE";
    private static final String PASSWORD = "KAFKA_SASL_JAAS_CONFIG";

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
        assertThat(said).endsWith("stopping the fleet", "the fleet has stopped");
    }

    @Test
    void stopsTheOthersWhenOneEndsWhileStarting() throws Exception {
        install("trainer", FakeServices.Dying.class);
        Process gateway;
        try (LocalFleet fleet = new LocalFleet(settings, said::add)) {
            assertThatThrownBy(fleet::start)
                    .isInstanceOf(FleetException.class)
                    .hasMessageContaining("trainer exited during startup");
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
    void closesTheBrokerAndTheFolderToOtherUsersWhenKeysAreInUse() throws Exception {
        Files.createDirectory(settings.data(), PosixFilePermissions.asFileAttribute(OPEN));
        try (LocalFleet fleet = new LocalFleet(withKeys(), said::add)) {
            fleet.start();

            assertThat(mode(settings.data())).isEqualTo("rwx------");
            Map<String, Object> stranger = Map.of("bootstrap.servers", fleet.bootstrapServers());
            assertThatThrownBy(() -> topics(stranger)).isInstanceOf(ExecutionException.class);
            assertThat(Fleet.commandLine()
                            .execute(
                                    "topics",
                                    "--bootstrap",
                                    fleet.bootstrapServers(),
                                    "--config",
                                    settings.data()
                                            .resolve("kafka-client.properties")
                                            .toString()))
                    .isZero();
        }
    }

    @Test
    void givesSecretsToNobodyWhoDoesNotNeedThem() throws Exception {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("LORAFLEET_WEBHOOKS_SECRET", "hush-webhooks");
        environment.put("QUARKUS_OIDC_CREDENTIALS_SECRET", "hush-provider");
        environment.put("LORAFLEET_API_KEY", "hush-key");
        environment.put(HARMLESS, "harmless");
        try (LocalFleet fleet = new LocalFleet(withKeys(), said::add, environment)) {
            fleet.start();

            assertThat(variables(fleet, "gateway"))
                    .contains("LORAFLEET_WEBHOOKS_SECRET", "QUARKUS_OIDC_CREDENTIALS_SECRET", HARMLESS, PASSWORD)
                    .doesNotContain("LORAFLEET_API_KEY");
            for (String service : List.of("worker-1", "worker-2", "trainer")) {
                assertThat(variables(fleet, service))
                        .contains(HARMLESS, PASSWORD)
                        .doesNotContain(
                                "LORAFLEET_WEBHOOKS_SECRET", "QUARKUS_OIDC_CREDENTIALS_SECRET", "LORAFLEET_API_KEY");
            }
            for (String service : List.of("gateway", "worker-1", "trainer")) {
                Path command = Path.of("/proc/" + fleet.process(service).pid() + "/cmdline");
                assertThat(Files.readString(command))
                        .contains("-Dkafka.bootstrap")
                        .doesNotContain("password", "hush");
            }
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

    private FleetSettings withKeys() throws IOException {
        Path keys = root.resolve("keys.json");
        Files.createFile(keys, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return new FleetSettings(
                root, settings.data(), root, settings.port(), settings.brokerPort(), null, 2, "", keys);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static Set<String> topics(Map<String, Object> client) throws Exception {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("default.api.timeout.ms", 5000);
        settings.put("request.timeout.ms", 5000);
        try (Admin admin = Admin.create(settings)) {
            return admin.listTopics().names().get();
        }
    }

    /** @return the names of a service's environment variables, without their values, which are secret */
    private static Set<String> variables(LocalFleet fleet, String service) throws IOException {
        Path environment = Path.of("/proc/" + fleet.process(service).pid() + "/environ");
        return Arrays.stream(Files.readString(environment).split("\0"))
                .map(variable -> variable.split("=", 2)[0])
                .collect(Collectors.toSet());
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
