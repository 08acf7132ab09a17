// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import io.lorafleet.standalone.history.HistoryEvent;
import io.lorafleet.standalone.history.Position;
import io.lorafleet.standalone.history.WorkerEvent;
import io.lorafleet.standalone.history.WorkerEvent.Acknowledged;
import io.lorafleet.standalone.history.WorkerEvent.Exited;
import io.lorafleet.standalone.history.WorkerEvent.Taken;
import java.util.HashMap;
import java.util.Map;

/** I3. A worker no longer holds a record when it acknowledged it, when the lock ran out, or when its process ended. */
final class WithinSlots implements Invariant {
    @Override
    public String name() {
        return "I3";
    }

    @Override
    public String statement() {
        return "a worker holds no more requests than it has slots";
    }

    @Override
    public void judge(History history, Findings findings) {
        Map<String, Map<Position, Long>> held = new HashMap<>();
        long lock = history.facts().lock().toMillis();
        for (HistoryEvent event : history.events()) {
            if (!(event instanceof WorkerEvent worker)) {
                continue;
            }
            Map<Position, Long> own = held.computeIfAbsent(worker.worker(), name -> new HashMap<>());
            own.values().removeIf(since -> since + lock < event.t());
            if (event instanceof Exited) {
                own.clear();
            } else if (event instanceof Acknowledged done && done.releases()) {
                own.remove(done.position());
            } else if (event instanceof Acknowledged renewed) {
                own.put(renewed.position(), renewed.t());
            } else if (event instanceof Taken taken) {
                own.put(taken.position(), taken.t());
                int slots = history.facts().slots().getOrDefault(worker.worker(), 0);
                findings.require(
                        own.size() <= slots,
                        worker.worker(),
                        "at most " + slots + " requests at once",
                        own.size() + " at " + event.t() + " ms: " + own.keySet());
            }
        }
    }
}
