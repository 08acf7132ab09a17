// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import io.lorafleet.standalone.history.HistoryEvent;
import io.lorafleet.standalone.history.Position;
import io.lorafleet.standalone.history.WorkerEvent;
import io.lorafleet.standalone.history.WorkerEvent.Acknowledged;
import io.lorafleet.standalone.history.WorkerEvent.Disconnected;
import io.lorafleet.standalone.history.WorkerEvent.Exited;
import io.lorafleet.standalone.history.WorkerEvent.Taken;
import java.util.HashMap;
import java.util.Map;

/**
 * I3. A worker holds a record until it acknowledges the record, the lock expires, the broker delivers the record again,
 * or the worker's connection or process ends.
 */
final class WithinSlots implements Invariant {
    @Override
    public String name() {
        return "I3";
    }

    @Override
    public String statement() {
        return "a worker holds no more requests than it has slots";
    }

    /** @param since time of the delivery, or of the last renewal */
    private record Hold(String consumer, long since) {
        @Override
        public String toString() {
            return consumer + " since t = " + since + " ms";
        }
    }

    @Override
    public void judge(History history, Findings findings) {
        Map<String, Map<Position, Hold>> held = new HashMap<>();
        long lock = history.facts().lock().toMillis();
        for (HistoryEvent event : history.events()) {
            if (!(event instanceof WorkerEvent worker)) {
                continue;
            }
            Map<Position, Hold> own = held.computeIfAbsent(worker.worker(), name -> new HashMap<>());
            own.values().removeIf(hold -> hold.since() + lock < event.t());
            if (event instanceof Exited) {
                own.clear();
            } else if (event instanceof Disconnected gone) {
                own.values().removeIf(hold -> hold.consumer().equals(gone.consumer()));
            } else if (event instanceof Acknowledged done && done.releases()) {
                own.remove(done.position());
            } else if (event instanceof Acknowledged renewed) {
                own.computeIfPresent(renewed.position(), (position, hold) -> new Hold(hold.consumer(), renewed.t()));
            } else if (event instanceof Taken taken) {
                held.values().forEach(all -> all.remove(taken.position())); // a record has one holder
                own.put(taken.position(), new Hold(taken.consumer(), taken.t()));
                int slots = history.facts().slots().getOrDefault(worker.worker(), 0);
                findings.require(
                        own.size() <= slots,
                        worker.worker(),
                        "at most " + slots + " requests at once",
                        own.size() + " at " + event.t() + " ms: " + own);
            }
        }
    }
}
