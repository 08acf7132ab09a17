// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.FleetTopics;
import io.lorafleet.broker.Ports;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A fleet on this machine: the packaged services as child processes and, unless the settings name a running broker, an
 * embedded broker.
 */
public final class LocalFleet implements AutoCloseable {
    /** Long enough for a worker to drain, release its remaining requests, and delete its status. */
    private static final Duration STOP_TIMEOUT = ServiceSpecs.DRAIN_TIMEOUT.plusSeconds(10);

    /** One partition is enough, because any number of workers in a share group can share it. */
    private static final int PARTITIONS = 1;

    private final FleetSettings settings;
    private final Consumer<String> notices;
    private final Map<String, String> environment;
    private final List<ServiceProcess> services = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable DataFolder data;
    private @Nullable EmbeddedBroker broker;
    private Map<String, String> login = Map.of();

    /** @param notices receives messages for the user */
    public LocalFleet(FleetSettings settings, Consumer<String> notices) {
        this(settings, notices, System.getenv());
    }

    /** @param environment environment of this process; the services inherit part of it */
    public LocalFleet(FleetSettings settings, Consumer<String> notices, Map<String, String> environment) {
        this.settings = settings;
        this.notices = notices;
        this.environment = environment;
    }

    /**
     * Starts the fleet and returns when every service is ready.
     *
     * @throws FleetException if a service cannot start; services that have already started run until {@link #close}
     * @throws CancellationException if the fleet is closed while it is starting
     */
    public void start() throws IOException, InterruptedException {
        String bootstrap = openBroker();
        Provisioning.provision(
                ClusterSettings.of(bootstrap, login),
                new FleetTopics(
                        settings.topicPrefix(),
                        settings.pools().stream().map(PoolSettings::name).collect(Collectors.toSet()),
                        PARTITIONS,
                        PARTITIONS,
                        Provisioning.CLUSTER_DEFAULT));
        awaitReady(startServices(bootstrap));
    }

    private synchronized String openBroker() throws IOException {
        requireOpen();
        data = DataFolder.open(settings.data(), settings.isClosed());
        // This fleet holds the lock, so any services of another fleet that use this folder are orphans.
        OrphanReaper.end(ServiceSpecs.storageArgument(data), STOP_TIMEOUT, notices);
        Preflight.check(settings);
        // Set before Kafka logs its first line, when SLF4J reads this property. The log goes to a file, because the
        // terminal is for messages to the user.
        System.setProperty(
                "org.slf4j.simpleLogger.logFile",
                data.logs().resolve("broker.log").toString());
        if (settings.bootstrap() != null) {
            return settings.bootstrap();
        }
        int controllerPort = Ports.free();
        if (settings.isClosed()) {
            broker = EmbeddedBroker.startClosed(data.kafka(), settings.brokerPort(), controllerPort);
            login = broker.login();
            data.writeKafkaClient(login);
        } else {
            broker = EmbeddedBroker.start(data.kafka(), settings.brokerPort(), controllerPort);
        }
        notices.accept("broker is ready");
        return broker.bootstrapServers();
    }

    private synchronized List<CompletableFuture<Void>> startServices(String bootstrap) throws IOException {
        requireOpen();
        DataFolder folder = Objects.requireNonNull(data, "openBroker() has not been called");
        SortedMap<String, URI> metrics = new TreeMap<>();
        for (ServiceSpec spec : ServiceSpecs.of(settings, folder, bootstrap, login, environment)) {
            ServiceProcess service = ServiceProcess.start(spec, STOP_TIMEOUT, notices);
            services.add(service);
            metrics.put(service.name(), service.metrics());
        }
        folder.writePrometheusTargets(metrics);
        return services.stream()
                .map(service -> service.ready().thenRun(() -> notices.accept(service.name() + " is ready")))
                .toList();
    }

    /** Returns when all services are ready, or throws as soon as a service fails. */
    private static void awaitReady(List<CompletableFuture<Void>> starts) throws InterruptedException {
        CompletableFuture<Void> all = CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new));
        for (CompletableFuture<Void> start : starts) {
            start.exceptionally(problem -> {
                all.completeExceptionally(problem);
                return null;
            });
        }
        try {
            all.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException problem) {
                throw problem;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private void requireOpen() {
        if (closed.getCount() == 0) {
            throw new CancellationException();
        }
    }

    /** Stops the services, then the broker. A second call has no effect. */
    @Override
    public synchronized void close() {
        if (closed.getCount() == 0) {
            return;
        }
        if (!services.isEmpty()) {
            notices.accept("stopping the fleet");
        }
        services.forEach(ServiceProcess::requestStop);
        services.forEach(ServiceProcess::close);
        if (broker != null) {
            broker.close();
        }
        if (data != null) {
            data.close();
        }
        closed.countDown();
        if (!services.isEmpty()) {
            notices.accept("the fleet has stopped");
        }
    }

    public URI gateway() {
        return URI.create("http://localhost:" + settings.port());
    }

    /** @return the Kafka client settings with the credentials for the broker */
    public Map<String, String> login() {
        return login;
    }

    public String bootstrapServers() {
        return settings.bootstrap() == null
                ? Objects.requireNonNull(broker, "start() has not been called").bootstrapServers()
                : settings.bootstrap();
    }

    /** @return each worker's metrics URL */
    public synchronized List<URI> workerMetrics() {
        return services.stream()
                .filter(service -> service.name().startsWith(ServiceSpecs.WORKER))
                .map(ServiceProcess::metrics)
                .toList();
    }

    /** @return the service's current process, or its last one if none is running */
    public synchronized Process process(String service) {
        return services.stream()
                .filter(s -> s.name().equals(service))
                .findFirst()
                .orElseThrow()
                .process();
    }

    /** Blocks until the fleet is closed. */
    public void awaitClosed() throws InterruptedException {
        closed.await();
    }
}
