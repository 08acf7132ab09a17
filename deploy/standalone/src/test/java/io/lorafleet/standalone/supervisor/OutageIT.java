// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.Ports;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.GenerationFollower;
import io.lorafleet.standalone.client.GenerationStatus;
import io.lorafleet.standalone.client.GenerationStatus.Status;
import io.lorafleet.standalone.client.NewGeneration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Clients of two gateways while a gateway is killed and while the broker is down. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutageIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final List<String> said = new CopyOnWriteArrayList<>();
    private final int brokerPort = freePort();
    private final int controllerPort = freePort();
    private Path kafka;
    private EmbeddedBroker broker;
    private LocalFleet fleet;
    private DataFolder secondData;
    private ServiceProcess secondService;
    private GatewayClient first;
    private GatewayClient second;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Path root = Path.of(System.getProperty("lorafleet.root")).toRealPath();
        Path model = root.resolve("deploy/demo-model");
        kafka = folder.resolve("kafka");
        broker = EmbeddedBroker.start(kafka, brokerPort, controllerPort);
        String bootstrap = broker.bootstrapServers();
        Path data = folder.resolve("data");
        FleetSettings settings =
                new FleetSettings(root, data, model, Ports.free(), Ports.free(), bootstrap, 1, "", null);
        fleet = new LocalFleet(settings, said::add);
        fleet.start();
        first = new GatewayClient(fleet.gateway());

        // Another gateway, with the same blob store.
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.createSymbolicLink(other.resolve("blobs"), data.resolve("blobs"));
        FleetSettings otherSettings =
                new FleetSettings(root, other, model, Ports.free(), Ports.free(), bootstrap, 1, "", null);
        secondData = DataFolder.open(other, false);
        ServiceSpec spec = ServiceSpecs.of(otherSettings, secondData, bootstrap, Map.of(), System.getenv())
                .get(0);
        secondService = ServiceProcess.start(spec, Duration.ofSeconds(10), said::add);
        secondService.ready().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        second = new GatewayClient(spec.readiness().resolve("/"));
    }

    private static int freePort() {
        try {
            return Ports.free();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterAll
    void stop() {
        secondService.close();
        secondData.close();
        fleet.close();
        broker.close();
    }

    @Test
    void anyGatewayAnswersForTheJobsOfAnother() throws Exception {
        String id = first.generate(request(20), TIMEOUT).id();

        GenerationStatus finished = new GenerationFollower(second, GenerationFollower.Progress.NONE)
                .follow(id)
                .value();

        assertThat(finished.status()).isEqualTo(Status.SUCCEEDED);
        GenerationStatus.Image image = finished.images().get(0);
        assertThat(second.image(image)).isEqualTo(first.image(image));
        String unwanted = first.generate(request(200), TIMEOUT).id();
        await().atMost(TIMEOUT).until(() -> second.generation(unwanted).value().status() == Status.RUNNING);
        second.cancel(unwanted);
        assertThat(new GenerationFollower(first, GenerationFollower.Progress.NONE)
                        .follow(unwanted)
                        .value()
                        .status())
                .isEqualTo(Status.CANCELLED);
    }

    @Test
    void clientsMissNothingWhenTheirGatewayIsKilled() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ids.add(first.generate(request(60), TIMEOUT).id());
        }
        ExecutorService clients = Executors.newFixedThreadPool(ids.size());
        List<Future<GenerationStatus>> followed = ids.stream()
                .map(id -> clients.submit(() -> new GenerationFollower(first, GenerationFollower.Progress.NONE)
                        .follow(id)
                        .value()))
                .toList();
        await().atMost(TIMEOUT).until(() -> ids.stream().anyMatch(id -> status(second, id) == Status.RUNNING));

        fleet.process("gateway").destroyForcibly();

        for (Future<GenerationStatus> each : followed) {
            assertThat(each.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(Status.SUCCEEDED);
        }
        clients.shutdown();
        await().atMost(TIMEOUT).until(() -> said.contains("gateway has restarted"));
        for (String id : ids) { // the restarted gateway has read the records again
            assertThat(first.generation(id).json())
                    .isEqualTo(second.generation(id).json());
        }
    }

    @Test
    void noAcceptedRequestIsLostWhileTheBrokerIsAway() throws Exception {
        List<String> accepted = new CopyOnWriteArrayList<>();
        List<String> refused = new CopyOnWriteArrayList<>();
        AtomicBoolean enough = new AtomicBoolean();
        ExecutorService clients = Executors.newFixedThreadPool(4);
        List<Future<?>> ordering = new ArrayList<>();
        for (GatewayClient gateway : List.of(first, first, second, second)) {
            ordering.add(clients.submit(() -> {
                while (!enough.get()) {
                    try {
                        accepted.add(gateway.generate(request(2), Duration.ZERO).id());
                    } catch (FleetException e) {
                        refused.add(e.getMessage());
                    }
                    Thread.sleep(200);
                }
                return null;
            }));
        }
        await().atMost(TIMEOUT).until(() -> accepted.size() >= 20);

        broker.close();
        await().atMost(TIMEOUT).until(() -> refused.size() >= 4);
        int before = accepted.size();
        broker = EmbeddedBroker.start(kafka, brokerPort, controllerPort);
        await().atMost(TIMEOUT).until(() -> accepted.size() >= before + 20);
        enough.set(true);
        clients.shutdown();
        for (Future<?> each : ordering) {
            each.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS); // fails if a generation has any other outcome
        }

        assertThat(refused).allMatch(message -> message.contains("Request not published to Kafka"));
        for (String id : accepted) {
            assertThat(new GenerationFollower(second, GenerationFollower.Progress.NONE)
                            .follow(id)
                            .value()
                            .status())
                    .isEqualTo(Status.SUCCEEDED);
        }
    }

    private static Status status(GatewayClient gateway, String id) {
        try {
            return gateway.generation(id).value().status();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static NewGeneration request(int steps) {
        return NewGeneration.of("a large red star on a white background")
                .negativePrompt("")
                .guidanceScale(5.0)
                .steps(steps)
                .sampler(SamplerName.DDIM)
                .size(64, 64)
                .seed(1234L)
                .count(1)
                .build();
    }
}
