// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import io.lorafleet.broker.Ports;
import io.lorafleet.messages.PoolName;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The services of a fleet, with their artifacts, settings and memory. */
final class ServiceSpecs {
    private static final String GATEWAY = "gateway";
    private static final String TRAINER = "trainer";
    /** The prefix of all worker names. */
    static final String WORKER = "worker-";
    /** The default. It cannot be changed through the environment, because services are killed after a fixed time. */
    static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(20);

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
     * @param login the Kafka client settings with the credentials for the broker
     * @param environment environment of this process, which the services inherit in part
     * @return the gateway, the workers and the trainer
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
        Map<String, String> ofDefaultPool = settings.controlNets() == null
                ? Map.of()
                : Map.of("lorafleet.worker.control-nets", settings.controlNets().toString());
        all.addAll(specs.workers(WORKER, PoolName.DEFAULT, settings.model(), settings.workers(), ofDefaultPool));
        for (PoolSettings pool : settings.pools()) {
            all.addAll(specs.workers(WORKER + pool.name() + "-", pool.name(), pool.model(), pool.workers(), Map.of()));
        }
        all.addAll(specs.trainers());
        return all;
    }

    /** @return one trainer for each base */
    private List<ServiceSpec> trainers() throws IOException {
        if (settings.pools().isEmpty()) {
            return List.of(
                    trainer(TRAINER, Map.of("lorafleet.model", settings.model().toString())));
        }
        Map<Path, String> poolOfModel = new LinkedHashMap<>();
        poolOfModel.put(settings.model(), PoolName.DEFAULT);
        settings.pools().forEach(pool -> poolOfModel.putIfAbsent(pool.model(), pool.name()));
        List<ServiceSpec> trainers = new ArrayList<>();
        for (Map.Entry<Path, String> entry : poolOfModel.entrySet()) {
            String pool = entry.getValue();
            String name = pool.equals(PoolName.DEFAULT) ? TRAINER : TRAINER + "-" + pool;
            trainers.add(trainer(
                    name,
                    Map.of(
                            "lorafleet.trainer.id", name,
                            "lorafleet.trainer.pool", pool,
                            "lorafleet.model", entry.getKey().toString())));
        }
        return trainers;
    }

    private ServiceSpec trainer(String name, Map<String, String> config) throws IOException {
        return spec(name, "trainer", "1g", Ports.free(), config);
    }

    /**
     * @param prefix prefix of the workers' names; a number follows it
     * @param more further settings of the pool's workers
     */
    private List<ServiceSpec> workers(String prefix, String pool, Path model, int count, Map<String, String> more)
            throws IOException {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / settings.allWorkers());
        List<ServiceSpec> workers = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            String id = prefix + i;
            Map<String, String> config = new LinkedHashMap<>(more);
            config.put("lorafleet.worker.id", id);
            config.put("lorafleet.worker.pool", pool);
            config.put("lorafleet.worker.threads", Integer.toString(threads));
            config.put("lorafleet.worker.drain-timeout", DRAIN_TIMEOUT.toString());
            config.put("lorafleet.model", model.toString());
            workers.add(spec(id, "gpu-worker", "1g", Ports.free(), config));
        }
        return workers;
    }

    /** @return a command-line argument that only the services of the fleet in this folder have */
    static String storageArgument(DataFolder data) {
        return "-Dlorafleet.storage.directory=" + data.blobs();
    }

    private ServiceSpec spec(String name, String module, String heap, int port, Map<String, String> ownConfig) {
        Path jar = settings.root().resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new FleetException(name + " is not built: " + jar + " not found; run ./mvnw package");
        }
        Map<String, String> config = new LinkedHashMap<>(ownConfig);
        config.put("kafka.bootstrap.servers", bootstrap);
        config.put("quarkus.http.port", Integer.toString(port));
        // The services do not authenticate their callers, so they accept only connections from this machine.
        config.put("quarkus.http.host", "127.0.0.1");
        if (!settings.topicPrefix().isEmpty()) { // the services reject an empty value
            config.put("lorafleet.topic-prefix", settings.topicPrefix());
        }

        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heap);
        command.add(storageArgument(data));
        config.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add("-jar");
        command.add(jar.toString());
        // All users can read the command line, but only this user can read the environment, so secrets go there.
        Map<String, String> variables = name.equals(GATEWAY) ? environment.ofGateway() : environment.ofOthers();
        URI readiness = URI.create("http://127.0.0.1:" + port + "/q/health/ready");
        return new ServiceSpec(name, command, variables, data.logs().resolve(name + ".log"), readiness);
    }
}
