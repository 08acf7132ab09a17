// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import io.lorafleet.standalone.history.ClientEvent.Submitted;
import io.lorafleet.standalone.history.TopicEvent.Ended;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** I8. The delay is checked only if the run has poison requests. */
final class InnocentsUnharmed implements Invariant {
    @Override
    public String name() {
        return "I8";
    }

    @Override
    public String statement() {
        return "only poison requests and cancelled requests end without images, and other requests end in time";
    }

    @Override
    public void judge(History history, Findings findings) {
        Map<String, List<Ended>> ends = history.ends();
        Set<String> cancelled = history.cancelled();
        Map<String, Submitted> accepted = history.accepted();
        boolean poison = accepted.values().stream().anyMatch(Submitted::poison);
        long most = history.facts().innocentsWithin().toMillis();
        accepted.forEach((id, submitted) -> {
            List<Ended> results = ends.get(id);
            if (submitted.poison() || results == null) {
                return;
            }
            Ended end = results.get(0);
            boolean asWanted =
                    end.outcome().equals("succeeded") || end.outcome().equals("cancelled") && cancelled.contains(id);
            findings.require(
                    asWanted, id, "success", end.outcome() + (end.reason() == null ? "" : ": " + end.reason()));
            if (poison) {
                long took = end.t() - submitted.t();
                findings.require(took <= most, id, "the request to end within " + most + " ms", took + " ms");
            }
        });
    }
}
