// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import static java.util.stream.Collectors.groupingBy;

import io.lorafleet.standalone.history.AuditEvent.BlobFound;
import io.lorafleet.standalone.history.ClientEvent.CancelAsked;
import io.lorafleet.standalone.history.ClientEvent.Outcome;
import io.lorafleet.standalone.history.ClientEvent.Submitted;
import io.lorafleet.standalone.history.FaultEvent.BlobDamaged;
import io.lorafleet.standalone.history.FaultEvent.Healed;
import io.lorafleet.standalone.history.HistoryEvent;
import io.lorafleet.standalone.history.RunFacts;
import io.lorafleet.standalone.history.TopicEvent.Ended;
import io.lorafleet.standalone.history.TopicEvent.Requested;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** The events of a run in order of time, with lookups that several invariants share. */
final class History {
    private final RunFacts facts;
    private final List<HistoryEvent> events;

    History(RunFacts facts, List<HistoryEvent> events) {
        this.facts = facts;
        this.events = List.copyOf(events);
    }

    RunFacts facts() {
        return facts;
    }

    List<HistoryEvent> events() {
        return events;
    }

    <E extends HistoryEvent> List<E> all(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** @return the first acceptance of each request that a gateway accepted, by request id */
    Map<String, Submitted> accepted() {
        Map<String, Submitted> accepted = new LinkedHashMap<>();
        for (Submitted each : all(Submitted.class)) {
            if (each.outcome() == Outcome.ACCEPTED && each.id() != null) {
                accepted.putIfAbsent(each.id(), each);
            }
        }
        return accepted;
    }

    /** @return the records of each request, by request id */
    Map<String, List<Requested>> requested() {
        return all(Requested.class).stream().collect(groupingBy(Requested::id));
    }

    /** @return the results of each request, by request id */
    Map<String, List<Ended>> ends() {
        return all(Ended.class).stream().collect(groupingBy(Ended::id));
    }

    Set<String> cancelled() {
        return all(CancelAsked.class).stream().map(CancelAsked::id).collect(Collectors.toSet());
    }

    /** @return the SHA-256 of each blob at the end of the run */
    Map<String, String> blobs() {
        Map<String, String> blobs = new HashMap<>();
        all(BlobFound.class).forEach(blob -> blobs.put(blob.key(), blob.sha256()));
        return blobs;
    }

    /** @return the keys of the blobs that the run damaged on purpose */
    Set<String> damaged() {
        return all(BlobDamaged.class).stream().map(BlobDamaged::key).collect(Collectors.toSet());
    }

    /** @return the time at which all faults were over */
    OptionalLong healed() {
        return all(Healed.class).stream().mapToLong(Healed::t).max();
    }
}
