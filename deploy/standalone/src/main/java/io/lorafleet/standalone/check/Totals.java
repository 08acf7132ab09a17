// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;

import io.lorafleet.standalone.history.TopicEvent.Ended;
import io.lorafleet.standalone.history.TopicEvent.Requested;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How the requests of a run ended.
 *
 * @param accepted number of requests that a gateway accepted
 * @param outcomes number of these requests by outcome
 * @param lost number of these requests without a result
 * @param repeated number of requests with several results
 * @param different number of requests whose results differ in content
 * @param versions number of adapter versions that the requests use
 */
public record Totals(int accepted, Map<String, Long> outcomes, int lost, long repeated, long different, long versions) {
    static Totals of(History history) {
        Set<String> accepted = history.accepted().keySet();
        Map<String, List<Ended>> ends = history.ends();
        Map<String, Long> outcomes = ends.entrySet().stream()
                .filter(end -> accepted.contains(end.getKey()))
                .collect(groupingBy(end -> end.getValue().get(0).outcome(), TreeMap::new, counting()));
        int ended = outcomes.values().stream().mapToInt(Long::intValue).sum();
        long repeated =
                ends.values().stream().filter(results -> results.size() > 1).count();
        long different = ends.values().stream()
                .filter(results ->
                        results.stream().map(Ended::content).distinct().count() > 1)
                .count();
        long versions = history.all(Requested.class).stream()
                .flatMap(request -> request.adapters().stream())
                .distinct()
                .count();
        return new Totals(accepted.size(), outcomes, accepted.size() - ended, repeated, different, versions);
    }

    String text() {
        String each = outcomes.entrySet().stream()
                .map(outcome -> outcome.getValue() + " " + outcome.getKey() + ", ")
                .collect(joining());
        return "Requests: %d accepted (%s%d lost), %d with several results, %d with different results, adapter versions used: %d"
                .formatted(accepted, each, lost, repeated, different, versions);
    }
}
