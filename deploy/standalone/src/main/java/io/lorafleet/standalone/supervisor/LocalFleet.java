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
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A whole fleet on this machine: a broker in this process, unless there is an outer one, and the packaged services as
 * child processes.
 */
public final class LocalFleet implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);
    /** A share group gives any number of workers their part of one partition. */
    private static final int PARTITIONS = 1;

    private final FleetSettings settings;
    private final Consumer<String> say;
    private final Map<String, String> environment;
    private final List<ServiceProcess> services = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable DataFolder data;
    private @Nullable EmbeddedBroker broker;
    private Map<String, String> login = Map.of();

    /** @param say takes what the user should know, while the fleet starts and later */
    public LocalFleet(FleetSettings settings, Consumer<String> say) {
        this(settings, say, System.getenv());
    }

    /** @param environment what the services' own is made of */
    public LocalFleet(FleetSettings settings, Consumer<String> say, Map<String, String> environment) {
        this.settings = settings;
        this.say = say;
        this.environment = environment;
    }

    /**
     * Returns when every service is ready.
     *
     * @throws FleetException if a service cannot start; what runs by then runs until {@link #close}
     * @throws CancellationException if the fleet is closed meanwhile
     */
    public void start() throws IOException, InterruptedException {
        String bootstrap = openBroker();
        Provisioning.provision(
                ClusterSettings.of(bootstrap, login),
                new FleetTopics(settings.topicPrefix(), PARTITIONS, Provisioning.CLUSTER_DEFAULT));
        awaitReady(startServices(bootstrap));
    }

    private synchronized String openBroker() throws IOException {
        requireOpen();
        data = DataFolder.open(settings.data(), settings.isClosed());
        // Nobody else holds the folder, so no service should.
        OrphanReaper.end(ServiceSpecs.storageArgument(data), STOP_LIMIT, say);
        Preflight.check(settings);
        // Read once, at the first line that Kafka's classes log. The terminal is for what the user should know.
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
        say.accept("broker is ready");
        return broker.bootstrapServers();
    }

    private synchronized List<CompletableFuture<Void>> startServices(String bootstrap) throws IOException {
        requireOpen();
        for (ServiceSpec spec :
                ServiceSpecs.of(settings, Objects.requireNonNull(data, "it is open"), bootstrap, login, environment)) {
            services.add(ServiceProcess.start(spec, STOP_LIMIT, say));
        }
        return services.stream()
                .map(service -> service.ready().thenRun(() -> say.accept(service.name() + " is ready")))
                .toList();
    }

    /** Returns when all are done, or throws as soon as one fails. */
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

    /** Stops the services, then the broker. Closing twice does nothing more. */
    @Override
    public synchronized void close() {
        if (closed.getCount() == 0) {
            return;
        }
        if (!services.isEmpty()) {
            say.accept("stopping");
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
            say.accept("stopped");
        }
    }

    public URI gateway() {
        return URI.create("http://localhost:" + settings.port());
    }

    /** @return Kafka's settings by which a client shows that it may talk to the broker */
    public Map<String, String> login() {
        return login;
    }

    public String bootstrapServers() {
        return settings.bootstrap() == null
                ? Objects.requireNonNull(broker, "it has started").bootstrapServers()
                : settings.bootstrap();
    }

    /** @return where each worker tells its metrics */
    public synchronized List<URI> workerMetrics() {
        return services.stream()
                .filter(service -> service.name().startsWith(ServiceSpecs.WORKER))
                .map(ServiceProcess::metrics)
                .toList();
    }

    /** @return the process of that service which runs now, or ran last */
    public synchronized Process process(String service) {
        return services.stream()
                .filter(s -> s.name().equals(service))
                .findFirst()
                .orElseThrow()
                .process();
    }

    /** Returns when the fleet is closed, by whoever does that. */
    public void awaitClosed() throws InterruptedException {
        closed.await();
    }
}
