// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.standalone.chaos.room.RoomSettings;
import io.lorafleet.standalone.chaos.room.ServiceSettings;
import io.lorafleet.standalone.history.TopicEvent.Started;
import java.time.Duration;
import java.util.List;

/** Wrong clocks. The worker's process runs under libfaketime, from the Debian package of the same name. */
final class ClockCells {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String WORKER = "worker-1";

    private ClockCells() {}

    static List<Cell> all() {
        RoomSettings room = RoomSettings.usual();
        return List.of(
                new Cell(
                        "clock-ahead",
                        "a worker's clock is an hour ahead",
                        room.with(WORKER, ServiceSettings.ofClock(HOUR)),
                        ClockCells::await),
                new Cell(
                        "clock-behind",
                        "a worker's clock is an hour behind",
                        room.with(WORKER, ServiceSettings.ofClock(HOUR.negated())),
                        ClockCells::await));
    }

    /**
     * The clock is wrong from the start, so this method injects no fault. The evidence is the timestamp of a progress
     * record, which comes from the worker's clock.
     */
    private static void await(Nemesis nemesis) throws InterruptedException {
        Nemesis.Active fault = nemesis.begin("clock", WORKER);
        Started attempt = nemesis.awaitEffect(
                "an attempt by " + WORKER,
                () -> nemesis.attempts()
                        .filter(each -> each.worker().equals(WORKER))
                        .findFirst());
        Duration ahead = Duration.ofMillis(attempt.at() - System.currentTimeMillis());
        if (ahead.abs().compareTo(HOUR.dividedBy(2)) > 0) {
            fault.struck("the worker's timestamp of an attempt is off by " + ahead.toMinutes() + " minutes");
        }
        nemesis.lastForOutage();
    }
}
