// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.load;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.bench.engine.RandomAdapter;
import io.lorafleet.standalone.chaos.record.Recorder;
import io.lorafleet.standalone.chaos.room.Room;
import io.lorafleet.standalone.chaos.room.RoomSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * The clients of a run: some submit requests, and one for each gateway polls the generations. In a run with
 * trainers, another client rates images; in any other run, another client publishes a new version of the adapter every
 * few seconds.
 */
public final class Load {
    private static final Duration PAUSE = Duration.ofMillis(300);
    private static final Duration PUBLISH = Duration.ofMinutes(2);
    /** The names for which Kafka's partitioner chooses three different partitions of three. */
    private static final List<String> ADAPTERS = List.of("fast", "fast-2", "fast-3");

    private static final int RANK = 4;
    private static final int MOST_STEPS = 24;
    private static final Duration BETWEEN_VERSIONS = Duration.ofSeconds(15);
    /** Clients in addition to one for each slot, so that the workers are never idle. */
    private static final int SPARE_CLIENTS = 2;

    private final Room room;
    private final Recorder recorder;
    private final long seed;
    private final Orders orders;
    private final List<GatewayCalls> gateways;
    private final List<GatewayPoller> pollers;
    private final Tasks tasks = new Tasks();
    private final AtomicBoolean stopClients = new AtomicBoolean();
    private final AtomicBoolean stopPollers = new AtomicBoolean();

    public Load(Room room, Recorder recorder, long seed) throws IOException {
        this.room = room;
        this.recorder = recorder;
        this.seed = seed;
        orders = new Orders(
                Files.readAllLines(room.model().resolve("prompts/train.txt")),
                MOST_STEPS,
                ADAPTERS.subList(0, room.settings().partitions()));
        gateways = room.gateways().stream()
                .map(name -> new GatewayCalls(name, room.url(name)))
                .toList();
        pollers = gateways.stream()
                .map(gateway -> new GatewayPoller(gateway, recorder))
                .toList();
    }

    /** Publishes the first version of each adapter. */
    public void publishFirstVersions() throws InterruptedException {
        for (String adapter : orders.adapters()) {
            publish(adapter, seed);
        }
    }

    public void start() {
        RoomSettings settings = room.settings();
        for (int i = 0; i < settings.workers() * settings.slots() + SPARE_CLIENTS; i++) {
            Client client = client("client-" + i);
            tasks.start(() -> client.run(stopClients::get));
        }
        if (settings.trainers() > 0) {
            tasks.start(() -> new Critic(gateways, recorder).run(stopClients::get));
        } else {
            tasks.start(() -> publishVersions(stopClients::get));
        }
        pollers.forEach(poller -> tasks.start(() -> poller.run(stopPollers::get)));
    }

    /** Ends the submissions. The clients that poll the generations continue. */
    public void stopClients() {
        stopClients.set(true);
    }

    public void stop() throws InterruptedException {
        stopClients.set(true);
        stopPollers.set(true);
        tasks.join();
    }

    /** @param name name of the client, which determines its choices */
    public Client client(String name) {
        return new Client(name, gateways, orders, new Random(seed * 31 + name.hashCode()), recorder);
    }

    public Orders orders() {
        return orders;
    }

    public List<GatewayCalls> gateways() {
        return gateways;
    }

    public List<GatewayPoller> pollers() {
        return pollers;
    }

    /**
     * Publishes a student with random weights.
     *
     * @return SHA-256 of the file
     */
    public String publish(String adapter, long weightsSeed) throws InterruptedException {
        byte[] weights = weights(weightsSeed);
        JsonNode version = Recorder.await(
                "a gateway to publish " + adapter, PUBLISH, () -> put(gateways.get(0), adapter, weights));
        return version.path("sha256").asText();
    }

    /** Publishes versions until told to stop. During a fault, some are refused. */
    private void publishVersions(BooleanSupplier stop) throws InterruptedException {
        for (int i = 1; !stop.getAsBoolean(); i++) {
            String adapter = orders.adapters().get(i % orders.adapters().size());
            put(gateways.get(i % gateways.size()), adapter, weights(seed + i));
            for (long until = recorder.now() + BETWEEN_VERSIONS.toMillis();
                    recorder.now() < until && !stop.getAsBoolean(); ) {
                Thread.sleep(PAUSE.toMillis());
            }
        }
    }

    private byte[] weights(long weightsSeed) {
        return RandomAdapter.file(RandomAdapter.shapes(room.model()), RANK, RandomAdapter.MILD, weightsSeed);
    }

    private static Optional<JsonNode> put(GatewayCalls gateway, String adapter, byte[] weights) {
        try {
            GatewayCalls.Answer answer = gateway.put("/v1/adapters/" + adapter + "?kind=student&guidance=5", weights);
            return answer.status() == 200 || answer.status() == 201 ? Optional.of(answer.json()) : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FleetException("interrupted while publishing " + adapter);
        }
    }
}
