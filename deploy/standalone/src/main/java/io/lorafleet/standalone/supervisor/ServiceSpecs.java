// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import io.lorafleet.broker.Ports;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The services of a fleet: which artefact, which settings, how much memory. */
final class ServiceSpecs {
    private static final String GATEWAY = "gateway";
    /** How the names of workers begin. */
    static final String WORKER = "worker-";

    private final FleetSettings settings;
    private final DataFolder data;
    private final String bootstrap;
    private final ServiceEnvironment environment;

    private ServiceSpecs(FleetSettings settings, DataFolder data, String bootstrap, ServiceEnvironment environment) {
        this.settings = settings;
        this.data = data;
        this.bootstrap = bootstrap;
        this.environment = environment;
    }

    /**
     * @param login Kafka's settings by which the services show that they may talk to it
     * @param environment of this process, of which each service gets what concerns it
     * @return the gateway, the workers and the trainer, against that broker
     */
    static List<ServiceSpec> of(
            FleetSettings settings,
            DataFolder data,
            String bootstrap,
            Map<String, String> login,
            Map<String, String> environment)
            throws IOException {
        ServiceSpecs specs = new ServiceSpecs(settings, data, bootstrap, new ServiceEnvironment(environment, login));
        List<ServiceSpec> all = new ArrayList<>();
        Map<String, String> security = settings.apiKeys() == null
                ? Map.of()
                : Map.of("lorafleet.security.api-keys", settings.apiKeys().toString());
        all.add(specs.spec(GATEWAY, GATEWAY, "512m", settings.port(), security));
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / settings.workers());
        for (int i = 1; i <= settings.workers(); i++) {
            String id = WORKER + i;
            Map<String, String> config = Map.of(
                    "lorafleet.worker.id", id,
                    "lorafleet.worker.threads", Integer.toString(threads),
                    "lorafleet.model", settings.model().toString());
            all.add(specs.spec(id, "gpu-worker", "1g", Ports.free(), config));
        }
        Map<String, String> training =
                Map.of("lorafleet.model", settings.model().toString());
        all.add(specs.spec("trainer", "trainer", "1g", Ports.free(), training));
        return all;
    }

    /** @return the argument that every service of the folder's fleet is started with, and no other process */
    static String storageArgument(DataFolder data) {
        return "-Dlorafleet.storage.directory=" + data.blobs();
    }

    private ServiceSpec spec(String name, String module, String heap, int port, Map<String, String> ownConfig) {
        Path jar = settings.root().resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new FleetException(name + " is not built: no " + jar + "; run ./mvnw package");
        }
        Map<String, String> config = new LinkedHashMap<>(ownConfig);
        config.put("kafka.bootstrap.servers", bootstrap);
        config.put("quarkus.http.port", Integer.toString(port));
        // Nothing here asks who is calling, so only this machine may call.
        config.put("quarkus.http.host", "127.0.0.1");
        if (!settings.topicPrefix().isEmpty()) { // an empty value counts as none, and the start would fail
            config.put("lorafleet.topic-prefix", settings.topicPrefix());
        }

        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heap);
        command.add(storageArgument(data));
        config.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add("-jar");
        command.add(jar.toString());
        // Any user sees a command, and only this one an environment: what is secret goes there.
        Map<String, String> variables = name.equals(GATEWAY) ? environment.ofGateway() : environment.ofOthers();
        URI readiness = URI.create("http://127.0.0.1:" + port + "/q/health/ready");
        return new ServiceSpec(name, command, variables, data.logs().resolve(name + ".log"), readiness);
    }
}
