// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.chaos.room.BrokerNode;
import io.lorafleet.standalone.chaos.room.RoomSettings;
import io.lorafleet.standalone.chaos.room.ServiceSettings;
import io.lorafleet.standalone.history.TopicEvent.Started;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Faults of workers. */
final class WorkerCells {
    private static final int KILLS = 2;
    private static final int DRAINS = 20;
    private static final String STALLED = "worker-1";
    /** The thread that computes the steps. */
    private static final String DEVICE = "device";

    private static final Duration LONGER_THAN_THE_LOCK =
            Duration.ofMillis(BrokerNode.LOCK_MS).plusSeconds(10);

    private WorkerCells() {}

    static List<Cell> all() {
        RoomSettings room = RoomSettings.usual();
        return List.of(
                new Cell("worker-kill", "a busy worker is killed (SIGKILL) twice", room, WorkerCells::kill),
                new Cell(
                        "worker-pause",
                        "a busy worker is paused (SIGSTOP) for longer than its locks last",
                        room,
                        WorkerCells::pause),
                new Cell(
                        "worker-drain",
                        "busy workers are stopped (SIGTERM) in turn, " + DRAINS + " times in total",
                        room,
                        WorkerCells::drain),
                new Cell(
                        "worker-stalled",
                        "a step of a worker never ends; the worker is restarted when it is no longer live",
                        room.with(
                                STALLED, ServiceSettings.ofDebugger(Map.of("lorafleet.worker.hang-timeout", "PT15S"))),
                        WorkerCells::stall));
    }

    private static void kill(Nemesis nemesis) throws IOException, InterruptedException {
        for (int i = 0; i < KILLS; i++) {
            String worker = nemesis.busyWorker();
            Set<String> held = nemesis.underWay(worker);
            Nemesis.Active fault = nemesis.begin("kill-9", worker);
            nemesis.room().process(worker).kill();
            fault.awaitAnotherAttempt(held);
            nemesis.restart(worker);
        }
    }

    private static void pause(Nemesis nemesis) throws IOException, InterruptedException {
        String worker = nemesis.busyWorker();
        Nemesis.Active fault = nemesis.begin("pause", worker);
        nemesis.room().process(worker).pause();
        Set<String> held = nemesis.underWay(worker);
        nemesis.lastFor(LONGER_THAN_THE_LOCK);
        fault.awaitAnotherAttempt(held);
        nemesis.room().process(worker).resume();
    }

    /** No request may be started twice, because each worker finishes what it has started. */
    private static void drain(Nemesis nemesis) throws IOException, InterruptedException {
        List<String> workers = nemesis.room().workers();
        long attempts = nemesis.attempts().count();
        for (int i = 0; i < DRAINS; i++) {
            String worker = workers.get(i % workers.size());
            nemesis.awaitBusy(worker);
            Nemesis.Active fault = nemesis.begin("terminate", worker);
            Set<String> held = nemesis.underWay(worker);
            int exit = nemesis.room().process(worker).terminate();
            fault.struck("exit code " + exit + "; " + held.size() + " requests in progress at SIGTERM");
            nemesis.restart(worker);
        }
        List<String> begun = nemesis.attempts().skip(attempts).map(Started::id).toList();
        Set<String> once = new HashSet<>();
        List<String> twice = begun.stream().filter(id -> !once.add(id)).toList();
        nemesis.say(begun.size() + " attempts, " + twice.size() + " of them repeated");
        if (!twice.isEmpty()) {
            throw new FleetException("expected one attempt at each request, found more at " + twice);
        }
    }

    private static void stall(Nemesis nemesis) throws IOException, InterruptedException {
        nemesis.awaitBusy(STALLED);
        Nemesis.Active fault = nemesis.begin("stop the thread " + DEVICE, STALLED);
        nemesis.room().debugger(STALLED).stop(DEVICE);
        Set<String> held = nemesis.underWay(STALLED);
        fault.awaitAnotherAttempt(held);
        nemesis.awaitThat(
                STALLED + " to be no longer live",
                () -> nemesis.room()
                        .process(STALLED)
                        .answer("/q/health/group/watchdog")
                        .startsWith("503"));
        nemesis.room().process(STALLED).kill();
        nemesis.restart(STALLED);
    }
}
