// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import static java.util.stream.Collectors.groupingBy;

import io.lorafleet.messages.Lineage;
import io.lorafleet.standalone.history.TopicEvent.RunFinished;
import io.lorafleet.standalone.history.TopicEvent.Voted;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** I5. */
final class FeedbackTiled implements Invariant {
    private record Source(String adapter, int partition) {
        @Override
        public String toString() {
            return adapter + ", partition " + partition;
        }
    }

    @Override
    public String name() {
        return "I5";
    }

    @Override
    public String statement() {
        return "the offset ranges of an adapter's runs are adjacent, and each sample is in one range";
    }

    @Override
    public void judge(History history, Findings findings) {
        Map<Source, List<RunFinished>> runs = history.all(RunFinished.class).stream()
                .filter(RunFinished::committed)
                .collect(groupingBy(
                        run -> new Source(run.adapter(), run.lineage().partition())));
        List<Voted> votes = history.all(Voted.class);
        runs.forEach((source, finished) -> {
            List<Lineage> ranges = finished.stream()
                    .map(RunFinished::lineage)
                    .sorted(Comparator.comparingLong(Lineage::fromOffset))
                    .toList();
            for (int i = 1; i < ranges.size(); i++) {
                findings.requireEqual(
                        ranges.get(i - 1).toOffset(),
                        ranges.get(i).fromOffset(),
                        source + ", start of the next range",
                        "offset");
            }
            samples(source, ranges, votes, findings);
        });
    }

    private static void samples(Source source, List<Lineage> ranges, List<Voted> votes, Findings findings) {
        List<Voted> own = votes.stream()
                .filter(vote -> vote.adapter().equals(source.adapter())
                        && vote.position().partition() == source.partition())
                .toList();
        long end = ranges.get(ranges.size() - 1).toOffset();
        for (Voted vote : own) {
            if (vote.position().offset() < end) {
                long containing =
                        ranges.stream().filter(range -> contains(range, vote)).count();
                findings.requireEqual(1L, containing, source + ", ranges with sample " + vote.vote(), "exactly");
            }
        }
        Set<String> consumed = new HashSet<>();
        for (Lineage range : ranges) {
            Set<String> fresh = new HashSet<>();
            own.stream().filter(vote -> contains(range, vote)).forEach(vote -> fresh.add(vote.vote()));
            fresh.removeAll(consumed);
            consumed.addAll(fresh);
            findings.requireEqual(
                    fresh.size(),
                    range.samples(),
                    source + ", samples from offset " + range.fromOffset() + " to " + range.toOffset(),
                    "exactly");
        }
    }

    private static boolean contains(Lineage range, Voted vote) {
        return range.fromOffset() <= vote.position().offset() && vote.position().offset() < range.toOffset();
    }
}
