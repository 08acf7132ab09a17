// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.chaos.room.RoomSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All cells. */
public final class Cells {
    private Cells() {}

    /**
     * @param soak length of the soak
     * @param older repository with an older build; null if there is none
     */
    public static List<Cell> all(Duration soak, @Nullable Path older) {
        return Stream.of(
                        WorkerCells.all(),
                        MomentCells.all(),
                        GatewayCells.all(),
                        BrokerCells.all(),
                        StorageCells.all(),
                        NetworkCells.all(),
                        TrainerCells.all(),
                        DamageCells.all(),
                        PoisonCells.all(),
                        ClockCells.all(),
                        ClientCells.all(),
                        UpgradeCells.all(older),
                        List.of(quick(), SoakCell.of(soak)))
                .flatMap(List::stream)
                .toList();
    }

    /** The only cell that each build runs. */
    private static Cell quick() {
        return new Cell(
                "quick",
                "a worker is killed (SIGKILL) before it acknowledges a request, then a gateway is killed",
                RoomSettings.usual(),
                nemesis -> {
                    MomentCells.beforeAcknowledgement(nemesis);
                    GatewayCells.kill(nemesis, nemesis.room().gateways().get(1));
                });
    }

    /** @throws FleetException if there is no such cell */
    public static Cell named(String name, Duration soak, @Nullable Path older) {
        List<Cell> cells = all(soak, older);
        return cells.stream()
                .filter(cell -> cell.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new FleetException("--cell: expected one of "
                        + cells.stream().map(Cell::name).toList() + ", found " + name));
    }
}
