// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.chaos.cell.Cell;
import io.lorafleet.standalone.chaos.cell.Nemesis;
import io.lorafleet.standalone.chaos.load.GatewayPoller;
import io.lorafleet.standalone.chaos.load.Load;
import io.lorafleet.standalone.chaos.record.BlobAudit;
import io.lorafleet.standalone.chaos.record.Recorder;
import io.lorafleet.standalone.chaos.record.TopicTail;
import io.lorafleet.standalone.chaos.room.BrokerNode;
import io.lorafleet.standalone.chaos.room.Room;
import io.lorafleet.standalone.history.AuditEvent;
import io.lorafleet.standalone.history.FaultEvent;
import io.lorafleet.standalone.history.RunFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** One run of a cell: load, fault, recovery, and a final inspection of the whole fleet. */
final class ChaosRun {
    private static final Duration WARM_UP = Duration.ofMinutes(3);
    private static final Duration DRAIN = Duration.ofMinutes(3);
    private static final Duration INNOCENTS = Duration.ofMinutes(3);
    private static final int WARM_ENDS = 4;

    private final Cell cell;
    private final long seed;
    private final Duration outage;
    private final Path folder;
    private final Recorder recorder;
    private final Room room;
    private final Consumer<String> notices;

    /**
     * @param root the repository, which contains the built services
     * @param folder folder for the history, the data and the logs
     * @param notices receives messages for the user
     */
    ChaosRun(Cell cell, long seed, Duration outage, Path root, Path folder, Consumer<String> notices) {
        this.cell = cell;
        this.seed = seed;
        this.outage = outage;
        this.folder = folder;
        this.recorder = new Recorder(folder);
        this.room = new Room(cell.room(), root, folder, recorder);
        this.notices = notices;
    }

    /** Runs the cell, and writes a complete history. */
    void run() throws IOException, InterruptedException, ExecutionException {
        try (recorder;
                room) {
            facts().write(folder);
            notices.accept("starting the fleet");
            room.start();
            TopicTail all = TopicTail.ofAll(room.brokers().bootstrap(), recorder);
            TopicTail committed = TopicTail.ofCommitted(room.brokers().bootstrap(), recorder);
            try {
                underLoad();
            } finally {
                all.stop();
                committed.stop();
            }
        }
    }

    /** Ends all processes of a run that is interrupted. */
    void abort() {
        room.close();
    }

    private RunFacts facts() {
        Map<String, Integer> slots = room.workers().stream()
                .collect(
                        Collectors.toMap(worker -> worker, worker -> cell.room().slots()));
        Set<String> judged = new TreeSet<>(List.of("I1", "I2", "I3", "I4", "I7", "I8", "F"));
        if (cell.room().trainers() > 0) {
            judged.addAll(List.of("I5", "I6"));
        }
        return new RunFacts(
                cell.name(),
                seed,
                Instant.now(),
                room.gateways(),
                slots,
                Duration.ofMillis(BrokerNode.LOCK_MS),
                DRAIN,
                INNOCENTS,
                judged);
    }

    private void underLoad() throws IOException, InterruptedException {
        Load load = new Load(room, recorder, seed);
        load.publishFirstVersions();
        try {
            load.start();
            Recorder.awaitThat("the first results", WARM_UP, () -> ended() >= WARM_ENDS);
            notices.accept(cell.name() + ": " + cell.description());
            cell.fault().strike(new Nemesis(room, recorder, new Random(seed), outage, load, notices));
            recorder.record("faults", new FaultEvent.Healed(recorder.now()));
            notices.accept("the fault is over; waiting for the backlog to drain");
            awaitDrained(load);
        } finally {
            load.stop();
        }
        audit(load.pollers());
    }

    private long ended() {
        return recorder.known().size() - recorder.underWay();
    }

    /**
     * Ends the load once each worker has started processing a request after the fault. A timeout does not fail the run,
     * because the checker decides whether recovery took too long.
     */
    private void awaitDrained(Load load) throws InterruptedException {
        long healed = recorder.now();
        try {
            Recorder.awaitThat(
                    "each worker to start a request",
                    DRAIN,
                    () -> recorder.begunAfter(healed).containsAll(room.workers()));
            load.stopClients();
            Recorder.awaitThat("the last results", DRAIN, () -> recorder.underWay() == 0);
        } catch (FleetException e) {
            notices.accept(e.getMessage());
        }
    }

    /** Asks every gateway for every generation, asks one gateway again after restarting it, and checks the blobs. */
    private void audit(List<GatewayPoller> pollers) throws IOException, InterruptedException {
        notices.accept("auditing " + recorder.known().size() + " generations");
        recorder.record("audit", new AuditEvent.Began(recorder.now()));
        for (GatewayPoller poller : pollers) {
            poller.askForAll();
        }
        String restarted = room.gateways().get(0);
        room.process(restarted).kill();
        room.process(restarted).start();
        room.process(restarted).awaitReady();
        pollers.get(0).askForAll();
        BlobAudit.run(room.blobs(), recorder);
    }
}
