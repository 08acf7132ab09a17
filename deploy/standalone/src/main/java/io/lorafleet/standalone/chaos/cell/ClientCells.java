// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.standalone.chaos.load.Client;
import io.lorafleet.standalone.chaos.load.GatewayCalls;
import io.lorafleet.standalone.chaos.load.Tasks;
import io.lorafleet.standalone.chaos.room.RoomSettings;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Clients that behave badly. */
final class ClientCells {
    private static final int KEYS = 10;

    private ClientCells() {}

    static List<Cell> all() {
        return List.of(new Cell(
                "duplicate-submit",
                "a client sends the same request to all gateways at the same time, with the same idempotency key",
                RoomSettings.usual(),
                ClientCells::submitTwice));
    }

    private static void submitTwice(Nemesis nemesis) throws InterruptedException {
        Nemesis.Active fault = nemesis.begin("submit twice", "gateways");
        int accepted = 0;
        for (int i = 0; i < KEYS; i++) {
            String key = "twice-" + i;
            byte[] body = nemesis.load().orders().next(nemesis.random());
            Client client = nemesis.load().client("doubler");
            Set<String> ids = ConcurrentHashMap.newKeySet();
            Tasks tasks = new Tasks();
            for (GatewayCalls gateway : nemesis.load().gateways()) {
                tasks.start(() -> {
                    String id = client.submitOnce(gateway, key, body, false);
                    if (id != null) {
                        ids.add(id);
                    }
                });
            }
            tasks.join();
            accepted += ids.size();
        }
        if (accepted > 0) {
            fault.struck(accepted + " of " + KEYS + " keys were accepted");
        }
    }
}
