// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.standalone.history.AuditEvent;
import io.lorafleet.standalone.history.ClientEvent;
import io.lorafleet.standalone.history.ClientEvent.Outcome;
import io.lorafleet.standalone.history.FaultEvent;
import io.lorafleet.standalone.history.HistoryEvent;
import io.lorafleet.standalone.history.HistoryWriter;
import io.lorafleet.standalone.history.Image;
import io.lorafleet.standalone.history.Position;
import io.lorafleet.standalone.history.RunFacts;
import io.lorafleet.standalone.history.TopicEvent;
import io.lorafleet.standalone.history.WorkerEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A history without violations: two gateways, two workers with two slots each, a student with two versions, four
 * requests (one of them cancelled, one poisonous), and a killed worker. The tests change it.
 */
final class SampleHistory {
    static final String HASH_1 = "1".repeat(64);
    static final String HASH_2 = "2".repeat(64);
    static final String OTHER = "f".repeat(64);
    static final PinnedAdapter FAST_1 = new PinnedAdapter("fast", 1, HASH_1);
    static final PinnedAdapter FAST_2 = new PinnedAdapter("fast", 2, HASH_2);
    static final Duration DRAIN = Duration.ofSeconds(60);

    private final List<HistoryEvent> events = new ArrayList<>();
    private RunFacts facts = new RunFacts(
            "sample",
            7,
            Instant.EPOCH,
            List.of("gateway-1", "gateway-2"),
            Map.of("worker-1", 2, "worker-2", 2),
            Duration.ofSeconds(30),
            DRAIN,
            Duration.ofSeconds(20),
            Set.of("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "F"));
    private long offset;

    SampleHistory() {
        version(FAST_1, null, 10);
        request("a", 100, false);
        request("b", 200, false);
        request("c", 300, false);
        request("p", 400, true);
        take("worker-1", "a", 500);
        take("worker-1", "b", 600);
        events.add(new FaultEvent.Began(1000, "kill", "worker-1"));
        events.add(new WorkerEvent.Exited(1001, "worker-1", 137));
        take("worker-2", "a", 2000);
        events.add(new FaultEvent.Struck(2000, "kill", "worker-1", "a was delivered again"));
        take("worker-2", "b", 2100);
        end("worker-2", "a", "succeeded", 3000);
        end("worker-2", "b", "succeeded", 3100);
        take("worker-2", "p", 3200);
        end("worker-2", "p", "failed", 3300);
        events.add(new FaultEvent.Healed(4000));
        events.add(new ClientEvent.CancelAsked(4000, "gateway-1", "c", 202));
        take("worker-1", "c", 4100);
        end("worker-1", "c", "cancelled", 4200);
        request("d", 4300, false);
        take("worker-2", "d", 4400);
        end("worker-2", "d", "succeeded", 4500);
        vote("vote-1", 0);
        vote("vote-2", 1);
        vote("vote-3", 2);
        vote("vote-4", 3); // not consumed yet
        Lineage first = new Lineage(1, 0, 0, 2, 2, 1, "plan");
        version(FAST_2, first, 5000);
        run(first, 2);
        run(new Lineage(2, 0, 2, 3, 1, 1, "plan"), null); // rejected by the quality gate
        audit();
    }

    private void request(String id, long t, boolean poison) {
        events.add(new ClientEvent.Submitted(t, t - 50, "gateway-1", "key-" + id, id, Outcome.ACCEPTED, 202, poison));
        events.add(new TopicEvent.Requested(t, t, next("generation.requests"), id, "request-" + id, List.of(FAST_1)));
        events.add(new ClientEvent.Observed(t + 1, "gateway-2", id, "queued", null));
    }

    private Position next(String topic) {
        return new Position(topic, 0, offset++);
    }

    private static Position place(String id) {
        return new Position("generation.requests", 0, id.charAt(0));
    }

    private void take(String worker, String id, long t) {
        events.add(new WorkerEvent.Taken(t, worker, "consumer-1", place(id), 1));
        events.add(new TopicEvent.Started(t, t, next("generation.progress"), id, worker));
    }

    private void end(String worker, String id, String outcome, long t) {
        List<Image> images = images(id, outcome);
        events.add(new TopicEvent.Ended(
                t,
                t,
                next("generation.results"),
                id,
                worker,
                outcome,
                outcome.equals("failed") ? "invalid-request" : null,
                "result-" + id,
                images));
        events.add(new WorkerEvent.Acknowledged(t, worker, "consumer-1", place(id), "accept"));
        for (String gateway : facts.gateways()) {
            events.add(new ClientEvent.Observed(t + 10, gateway, id, outcome, "end-" + id));
            images.forEach(
                    image -> events.add(new ClientEvent.Downloaded(t + 20, gateway, id, 0, 200, image.sha256())));
        }
        images.forEach(image -> events.add(new AuditEvent.BlobFound(9000, image.blob(), image.sha256())));
        events.add(new AuditEvent.ManifestFound(9000, id, outcome, "result-" + id, images, List.of(FAST_1)));
    }

    private static List<Image> images(String id, String outcome) {
        String sha256 = Integer.toHexString(id.charAt(0) % 16).repeat(64);
        return outcome.equals("succeeded") ? List.of(new Image(0, BlobKeys.image(id, 0), sha256)) : List.of();
    }

    private void version(PinnedAdapter version, Lineage lineage, long t) {
        Position position = next("adapters");
        events.add(new TopicEvent.VersionPublished(t, t, position, false, version, lineage));
        events.add(new TopicEvent.VersionPublished(t, t, position, true, version, lineage));
        events.add(new AuditEvent.BlobFound(9000, BlobKeys.adapter(version.sha256()), version.sha256()));
    }

    private void vote(String vote, long at) {
        events.add(new TopicEvent.Voted(4600, 4600, new Position("feedback.samples", 0, at), "fast", vote));
    }

    private void run(Lineage range, Integer version) {
        Position position = next("trainings");
        events.add(new TopicEvent.RunFinished(5000, 5000, position, false, "fast", range, version));
        events.add(new TopicEvent.RunFinished(5000, 5000, position, true, "fast", range, version));
    }

    private void audit() {
        events.add(new AuditEvent.Began(8000));
        for (String gateway : facts.gateways()) {
            Map.of("a", "succeeded", "b", "succeeded", "c", "cancelled", "p", "failed", "d", "succeeded")
                    .forEach((id, outcome) ->
                            events.add(new ClientEvent.Observed(8100, gateway, id, outcome, "end-" + id)));
        }
        // An adapter that a worker held before its file was damaged stays usable.
        PinnedAdapter spoilt = new PinnedAdapter("spoilt", 1, "3".repeat(64));
        version(spoilt, null, 20);
        report("worker-1", 8200, "spoilt@1");
        events.add(new FaultEvent.Began(8300, "damage", "spoilt@1"));
        events.add(new FaultEvent.BlobDamaged(8300, BlobKeys.adapter(spoilt.sha256())));
        events.add(new FaultEvent.Struck(8400, "damage", "spoilt@1", "worker-2 refused it"));
        report("worker-1", 8500, "spoilt@1");
    }

    void report(String worker, long t, String... resident) {
        events.add(new TopicEvent.WorkerReported(t, t, next("workers"), worker, 2, 0, List.of(resident)));
    }

    SampleHistory add(HistoryEvent event) {
        events.add(event);
        return this;
    }

    /** Removes all matching events; there must be at least one. */
    SampleHistory remove(Predicate<HistoryEvent> which) {
        if (!events.removeIf(which)) {
            throw new AssertionError("no event to remove");
        }
        return this;
    }

    /** Replaces all matching events; there must be at least one. */
    <E extends HistoryEvent> SampleHistory replace(Class<E> type, Predicate<E> which, UnaryOperator<E> change) {
        int changed = 0;
        for (int i = 0; i < events.size(); i++) {
            if (type.isInstance(events.get(i)) && which.test(type.cast(events.get(i)))) {
                events.set(i, change.apply(type.cast(events.get(i))));
                changed++;
            }
        }
        if (changed == 0) {
            throw new AssertionError("no event to replace");
        }
        return this;
    }

    void write(Path folder) throws IOException {
        facts.write(folder);
        try (HistoryWriter clients = new HistoryWriter(folder, "clients");
                HistoryWriter others = new HistoryWriter(folder, "others")) {
            events.forEach(event -> (event instanceof ClientEvent ? clients : others).write(event));
        }
    }
}
