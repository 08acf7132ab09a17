// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import static java.util.stream.Collectors.groupingBy;

import io.lorafleet.standalone.history.AuditEvent;
import io.lorafleet.standalone.history.AuditEvent.ManifestFound;
import io.lorafleet.standalone.history.ClientEvent.Observed;
import io.lorafleet.standalone.history.TopicEvent.Ended;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** I1. If a client does not know whether its request was accepted, the request counts as accepted if Kafka has it. */
final class OneEnd implements Invariant {
    private static final String FINAL = "a final status";

    @Override
    public String name() {
        return "I1";
    }

    @Override
    public String statement() {
        return "an accepted request ends once; its end is the same on every gateway and never changes";
    }

    @Override
    public void judge(History history, Findings findings) {
        Set<String> accepted = history.accepted().keySet();
        Set<String> requested = history.requested().keySet();
        Map<String, List<Ended>> ends = history.ends();
        Map<String, ManifestFound> manifests = new HashMap<>();
        history.all(ManifestFound.class).forEach(each -> manifests.put(each.id(), each));
        Map<String, List<Observed>> observed =
                history.all(Observed.class).stream().collect(groupingBy(Observed::id));
        for (String id : accepted) {
            findings.require(requested.contains(id), id, "a record of the accepted request", "none");
        }
        Set<String> all = new TreeSet<>(accepted);
        all.addAll(requested);
        for (String id : all) {
            String outcome = outcome(id, ends.getOrDefault(id, List.of()), findings);
            if (outcome != null) {
                ManifestFound manifest = manifests.get(id);
                findings.requireEqual(
                        outcome, manifest == null ? "none" : manifest.outcome(), id, "a manifest with outcome");
                sameForEver(id, outcome, observed.getOrDefault(id, List.of()), findings);
            }
        }
        findable(history, all, observed, findings);
    }

    private static @Nullable String outcome(String id, List<Ended> ends, Findings findings) {
        findings.require(!ends.isEmpty(), id, "a result", "none");
        if (ends.isEmpty()) {
            return null;
        }
        Set<String> outcomes = ends.stream().map(Ended::outcome).collect(Collectors.toCollection(TreeSet::new));
        findings.require(outcomes.size() == 1, id, "one outcome", outcomes);
        return ends.get(0).outcome();
    }

    /** Gateways may learn of the end at different times, but none may forget it or report a different one. */
    private static void sameForEver(String id, String outcome, List<Observed> observed, Findings findings) {
        Map<String, Observed> told = new HashMap<>();
        String content = null;
        for (Observed each : observed) {
            Observed before = told.get(each.gateway());
            if (before != null) {
                findings.require(
                        before.content() != null && before.content().equals(each.content()),
                        id,
                        "the end that " + each.gateway() + " showed before: " + text(before),
                        text(each));
            }
            if (!each.ended()) {
                continue;
            }
            told.put(each.gateway(), each);
            findings.requireEqual(
                    outcome, each.status(), id + " on " + each.gateway(), "the outcome of the first result,");
            content = content == null ? Objects.requireNonNull(each.content()) : content;
            findings.require(
                    content.equals(each.content()),
                    id,
                    "the same end on every gateway, content " + content,
                    text(each) + " on " + each.gateway());
        }
    }

    private static String text(Observed observed) {
        return observed.ended() ? observed.status() + ", content " + observed.content() : observed.status();
    }

    private static void findable(
            History history, Set<String> ids, Map<String, List<Observed>> observed, Findings findings) {
        long audit = history.all(AuditEvent.Began.class).stream()
                .mapToLong(AuditEvent.Began::t)
                .max()
                .orElse(Long.MAX_VALUE);
        for (String id : ids) {
            for (String gateway : history.facts().gateways()) {
                String last = observed.getOrDefault(id, List.of()).stream()
                        .filter(each -> each.t() >= audit && each.gateway().equals(gateway))
                        .reduce((first, second) -> second)
                        .map(each -> each.ended() ? FINAL : each.status())
                        .orElse("no answer");
                findings.require(FINAL.equals(last), id, FINAL + " on " + gateway + " at the end of the run", last);
            }
        }
    }
}
