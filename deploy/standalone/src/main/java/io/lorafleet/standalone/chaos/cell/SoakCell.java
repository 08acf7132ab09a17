// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.standalone.chaos.room.RoomSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** Faults of other cells in random order, until the time is up. */
final class SoakCell {
    private SoakCell() {}

    static Cell of(Duration length) {
        return new Cell(
                "soak",
                "worker, gateway, broker and network faults occur in random order for the duration of --minutes",
                RoomSettings.usual(),
                nemesis -> strike(nemesis, length));
    }

    private static void strike(Nemesis nemesis, Duration length) throws IOException, InterruptedException {
        List<Cell> cells = Stream.of(
                        WorkerCells.all(), MomentCells.all(), GatewayCells.all(), BrokerCells.all(), NetworkCells.all())
                .flatMap(List::stream)
                .filter(cell -> cell.room().equals(RoomSettings.usual()))
                .toList();
        Instant end = Instant.now().plus(length);
        nemesis.noteMemory();
        long longest = 0;
        while (Instant.now().isBefore(end)) {
            Cell cell = cells.get(nemesis.random().nextInt(cells.size()));
            nemesis.say(cell.name() + ": " + cell.description());
            cell.fault().strike(nemesis);
            longest = Math.max(longest, nemesis.awaitHealed());
        }
        nemesis.say("longest time from the end of a fault until each worker began a request: " + longest + " ms");
        nemesis.noteMemory();
    }
}
