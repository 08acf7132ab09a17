// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.cell;

import io.lorafleet.standalone.chaos.load.Client;
import io.lorafleet.standalone.chaos.room.RoomSettings;
import io.lorafleet.standalone.history.TopicEvent.Ended;
import io.lorafleet.standalone.history.TopicEvent.Started;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Requests that harm the workers. */
final class PoisonCells {
    private PoisonCells() {}

    static List<Cell> all() {
        return List.of(new Cell(
                "poison-crash",
                "a request kills each worker that starts it, while other clients submit requests",
                RoomSettings.usual(),
                PoisonCells::crash));
    }

    /**
     * The request itself is harmless: the run kills each worker as soon as the worker reports an attempt at the
     * request.
     */
    private static void crash(Nemesis nemesis) throws IOException, InterruptedException {
        Client client = nemesis.load().client("poisoner");
        String poison = client.submit("poison", nemesis.load().orders().longest(nemesis.random()), true);
        Nemesis.Active fault = nemesis.begin("crash", poison);
        Set<Started> killed = new HashSet<>();
        while (true) {
            Optional<Started> next = nemesis.awaitEffect("the end of, or another attempt at, " + poison, () -> {
                Optional<Started> attempt = nemesis.attempts()
                        .filter(each -> each.id().equals(poison) && !killed.contains(each))
                        .findFirst();
                boolean ended = nemesis.ends().anyMatch(each -> each.id().equals(poison));
                return attempt.isPresent() || ended ? Optional.of(attempt) : Optional.empty();
            });
            if (next.isEmpty()) {
                break;
            }
            killed.add(next.get());
            nemesis.room().process(next.get().worker()).kill();
            nemesis.restart(next.get().worker());
        }
        Ended end = nemesis.ends()
                .filter(each -> each.id().equals(poison))
                .findFirst()
                .orElseThrow();
        if (!killed.isEmpty()) {
            fault.struck(killed.size() + " attempts killed their workers; then " + end.outcome() + ": " + end.reason());
        }
    }
}
