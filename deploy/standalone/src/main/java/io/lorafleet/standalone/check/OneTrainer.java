// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import static java.util.stream.Collectors.groupingBy;

import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.standalone.history.Position;
import io.lorafleet.standalone.history.TopicEvent.RunFinished;
import io.lorafleet.standalone.history.TopicEvent.VersionPublished;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * I6. A superseded trainer works on a run that another trainer finishes. Therefore, a second end of an offset range, or
 * a version without its run, comes from a superseded trainer.
 */
final class OneTrainer implements Invariant {
    private record Range(String adapter, int partition, long from) {
        static Range of(String adapter, Lineage lineage) {
            return new Range(adapter, lineage.partition(), lineage.fromOffset());
        }

        @Override
        public String toString() {
            return adapter + ", partition " + partition + " from offset " + from;
        }
    }

    @Override
    public String name() {
        return "I6";
    }

    @Override
    public String statement() {
        return "a superseded trainer publishes nothing";
    }

    @Override
    public void judge(History history, Findings findings) {
        Map<Range, List<RunFinished>> ends = history.all(RunFinished.class).stream()
                .filter(RunFinished::committed)
                .collect(groupingBy(run -> Range.of(run.adapter(), run.lineage())));
        ends.forEach((range, all) ->
                findings.requireEqual(1, all.size(), "committed ends of the run of " + range, "exactly"));
        Map<PinnedAdapter, Position> published = new HashMap<>();
        Set<Range> fromRuns = new HashSet<>();
        for (VersionPublished each : history.all(VersionPublished.class)) {
            Lineage lineage = each.lineage();
            // A version is published again when it is retired.
            if (lineage == null
                    || !each.committed()
                    || published.putIfAbsent(each.version(), each.position()) != null) {
                continue;
            }
            PinnedAdapter version = each.version();
            Range range = Range.of(version.name(), lineage);
            boolean ofThisRun = ends.getOrDefault(range, List.of()).stream()
                    .anyMatch(run -> Integer.valueOf(version.version()).equals(run.version()));
            findings.require(ofThisRun, version.toString(), "the committed end of its run, " + range, "none");
            findings.require(fromRuns.add(range), version.toString(), "one version of " + range, "several");
        }
    }
}
