// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.standalone.chaos.room.BrokerNode;
import io.lorafleet.standalone.chaos.room.RoomSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Faults of workers. */
final class WorkerCells {
    private static final int KILLS = 2;
    private static final Duration LONGER_THAN_THE_LOCK =
            Duration.ofMillis(BrokerNode.LOCK_MS).plusSeconds(10);

    private WorkerCells() {}

    static List<Cell> all() {
        RoomSettings room = RoomSettings.usual();
        return List.of(
                new Cell("worker-kill", "kill -9 of a busy worker, twice", room, WorkerCells::kill),
                new Cell(
                        "worker-pause",
                        "SIGSTOP of a busy worker for longer than its locks last",
                        room,
                        WorkerCells::pause),
                new Cell("worker-drain", "SIGTERM of each worker in a row", room, WorkerCells::drain));
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

    private static void drain(Nemesis nemesis) throws IOException, InterruptedException {
        for (String worker : nemesis.room().workers()) {
            nemesis.awaitEffect(
                    worker + " to be busy",
                    () -> nemesis.underWay(worker).isEmpty() ? Optional.empty() : Optional.of(true));
            Nemesis.Active fault = nemesis.begin("terminate", worker);
            Set<String> held = nemesis.underWay(worker);
            int exit = nemesis.room().process(worker).terminate();
            fault.struck("exit code " + exit + ", with " + held.size() + " requests at the start");
            nemesis.restart(worker);
        }
    }
}
