// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.standalone.chaos.room.RoomSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Faults of gateways. */
final class GatewayCells {
    /** Longer than the session timeout, after which Kafka removes a member from its group. */
    private static final Duration LONGER_THAN_THE_SESSION = Duration.ofSeconds(55);

    private GatewayCells() {}

    static List<Cell> all() {
        RoomSettings room = RoomSettings.usual();
        return List.of(
                new Cell(
                        "gateway-kill",
                        "each gateway is killed (SIGKILL), one after another",
                        room,
                        GatewayCells::kill),
                new Cell(
                        "gateway-pause",
                        "a gateway is paused (SIGSTOP) for longer than its Kafka session timeout",
                        room,
                        GatewayCells::pause));
    }

    private static void kill(Nemesis nemesis) throws IOException, InterruptedException {
        for (String gateway : nemesis.room().gateways()) {
            kill(nemesis, gateway);
        }
    }

    static void kill(Nemesis nemesis, String gateway) throws IOException, InterruptedException {
        Nemesis.Active fault = nemesis.begin("kill-9", gateway);
        nemesis.room().process(gateway).kill();
        fault.awaitRefusal(List.of(gateway));
        nemesis.restart(gateway);
    }

    private static void pause(Nemesis nemesis) throws IOException, InterruptedException {
        List<String> gateways = nemesis.room().gateways();
        String gateway = gateways.get(nemesis.random().nextInt(gateways.size()));
        Nemesis.Active fault = nemesis.begin("pause", gateway);
        nemesis.room().process(gateway).pause();
        nemesis.lastFor(LONGER_THAN_THE_SESSION);
        fault.awaitRefusal(List.of(gateway));
        nemesis.room().process(gateway).resume();
        nemesis.room().process(gateway).awaitReady();
    }
}
