// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import io.lorafleet.standalone.history.TopicEvent.Ended;
import io.lorafleet.standalone.history.TopicEvent.Started;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** I7. */
final class Drained implements Invariant {
    @Override
    public String name() {
        return "I7";
    }

    @Override
    public String statement() {
        return "after the faults, the backlog drains in time, and every worker takes part";
    }

    @Override
    public void judge(History history, Findings findings) {
        if (history.healed().isEmpty()) {
            return;
        }
        long healed = history.healed().getAsLong();
        long limit = healed + history.facts().drainWithin().toMillis();
        String bound = "within " + history.facts().drainWithin().toSeconds() + " s after the faults";
        Map<String, List<Ended>> ends = history.ends();
        Map<String, Long> asked = new HashMap<>();
        history.requested()
                .forEach((id, records) -> asked.put(id, records.get(0).t()));
        asked.forEach((id, since) -> {
            if (since <= healed) {
                long end = ends.containsKey(id) ? ends.get(id).get(0).t() : Long.MAX_VALUE;
                String found = end == Long.MAX_VALUE ? "none" : (end - healed) / 1000 + " s";
                findings.require(end <= limit, id, "the request to end " + bound, found);
            }
        });
        Set<String> active = new HashSet<>();
        for (Started each : history.all(Started.class)) {
            if (each.t() >= healed && each.t() <= limit) {
                active.add(each.worker());
            }
        }
        for (String worker : history.facts().slots().keySet()) {
            findings.require(active.contains(worker), worker, "an attempt " + bound, "none");
        }
    }
}
