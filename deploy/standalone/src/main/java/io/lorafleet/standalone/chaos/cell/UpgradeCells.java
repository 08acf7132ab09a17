// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.chaos.room.RoomSettings;
import io.lorafleet.standalone.chaos.room.ServiceSettings;
import io.lorafleet.standalone.history.TopicEvent.Ended;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Two builds in one fleet. */
final class UpgradeCells {
    private static final String WORKER = "worker-1";
    private static final String GATEWAY = "gateway-1";
    private static final int RESULTS = 3;

    private UpgradeCells() {}

    /** @param older repository with an older build; null if there is none */
    static List<Cell> all(@Nullable Path older) {
        RoomSettings room = RoomSettings.usual();
        return List.of(new Cell(
                "upgrade",
                "a worker and a gateway run the older build in --older; then both are upgraded under load",
                older == null
                        ? room
                        : room.with(WORKER, ServiceSettings.ofBuild(older))
                                .with(GATEWAY, ServiceSettings.ofBuild(older)),
                nemesis -> upgrade(nemesis, older)));
    }

    /** Upgrades the worker before the gateway, as docs/guarantees.md requires. */
    private static void upgrade(Nemesis nemesis, @Nullable Path older) throws IOException, InterruptedException {
        if (older == null) {
            throw new FleetException("--older: expected the folder of an older build, found none");
        }
        Nemesis.Active mixed = nemesis.begin("older build", "fleet");
        for (String worker : nemesis.room().workers()) {
            awaitResults(nemesis, worker);
        }
        mixed.struck("workers of both builds generated images");
        for (String service : List.of(WORKER, GATEWAY)) {
            Nemesis.Active fault = nemesis.begin("upgrade", service);
            nemesis.room().upgrade(service);
            fault.struck(service + " is ready");
        }
        awaitResults(nemesis, WORKER);
    }

    private static void awaitResults(Nemesis nemesis, String worker) throws InterruptedException {
        long before = results(nemesis, worker).size();
        nemesis.awaitEffect(
                RESULTS + " results from " + worker,
                () -> results(nemesis, worker).stream()
                        .skip(before + RESULTS - 1)
                        .findFirst());
    }

    private static List<Ended> results(Nemesis nemesis, String worker) {
        return nemesis.ends().filter(end -> worker.equals(end.worker())).toList();
    }
}
