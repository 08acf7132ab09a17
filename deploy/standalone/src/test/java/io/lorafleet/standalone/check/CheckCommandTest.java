// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import static io.lorafleet.standalone.check.SampleHistory.FAST_1;
import static io.lorafleet.standalone.check.SampleHistory.FAST_2;
import static io.lorafleet.standalone.check.SampleHistory.OTHER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.standalone.Fleet;
import io.lorafleet.standalone.history.AuditEvent.BlobFound;
import io.lorafleet.standalone.history.AuditEvent.ManifestFound;
import io.lorafleet.standalone.history.ClientEvent.Downloaded;
import io.lorafleet.standalone.history.ClientEvent.Observed;
import io.lorafleet.standalone.history.FaultEvent.BlobDamaged;
import io.lorafleet.standalone.history.FaultEvent.Struck;
import io.lorafleet.standalone.history.HistoryEvent;
import io.lorafleet.standalone.history.Image;
import io.lorafleet.standalone.history.Position;
import io.lorafleet.standalone.history.TopicEvent.Ended;
import io.lorafleet.standalone.history.TopicEvent.Requested;
import io.lorafleet.standalone.history.TopicEvent.RunFinished;
import io.lorafleet.standalone.history.TopicEvent.Started;
import io.lorafleet.standalone.history.TopicEvent.VersionPublished;
import io.lorafleet.standalone.history.TopicEvent.Voted;
import io.lorafleet.standalone.history.WorkerEvent;
import io.lorafleet.standalone.history.WorkerEvent.Disconnected;
import io.lorafleet.standalone.history.WorkerEvent.Taken;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A history without violations passes, and each change to it fails. */
class CheckCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void aHistoryWithoutViolationsPasses() throws Exception {
        new SampleHistory().write(folder);

        assertThat(check()).as("%s", out).isZero();

        List<String> lines = out.toString().lines().toList();
        assertThat(lines.subList(0, 10))
                .allMatch(line -> line.contains(" holds "))
                .first()
                .asString()
                .startsWith("I1 ");
        assertThat(lines.subList(10, lines.size()))
                .containsExactly(
                        "Requests: 5 accepted (1 cancelled, 1 failed, 3 succeeded, 0 lost), 0 with several results, 0 with different results, adapter versions used: 1");
    }

    @Test
    void theTotalsCountLostAndDifferentResults() throws Exception {
        SampleHistory history = new SampleHistory();
        history.remove(e -> e instanceof Ended end && end.id().equals("c"));
        history.add(new Ended(
                4000, 4000, new Position("other", 0, 1), "a", "worker-2", "succeeded", null, "other", List.of()));
        history.write(folder);

        assertThat(check()).isNotZero();

        assertThat(out.toString())
                .contains(
                        "Requests: 5 accepted (1 failed, 3 succeeded, 1 lost), 1 with several results, 1 with different results, adapter versions used: 1");
    }

    @Test
    void aRecordThatAnotherWorkerTakesNoLongerCountsForTheFirst() throws Exception {
        SampleHistory history = new SampleHistory();
        history.add(new Taken(4600, "worker-1", "consumer-1", new Position("some", 0, 1), 1));
        history.add(new Taken(4610, "worker-1", "consumer-2", new Position("some", 0, 2), 1));
        history.add(new Taken(4620, "worker-2", "consumer-1", new Position("some", 0, 1), 2)); // after a failover
        history.add(new Taken(4630, "worker-1", "consumer-1", new Position("some", 0, 3), 1));
        history.write(folder);

        assertThat(check()).as("%s", out).isZero();
    }

    static Stream<Arguments> changes() {
        return Stream.of(
                change("I1", "a: expected a result, found none", h -> h.remove(ended("a"))),
                change("I1", "a: expected a record of the accepted request", h -> h.remove(requested("a"))),
                change("I1", "a: expected one outcome, found [failed, succeeded]", h -> h.add(end("a", "failed"))),
                change("I1", "a: expected a manifest with outcome succeeded, found none", h -> h.remove(manifest("a"))),
                change("I1", "c: expected a manifest with outcome cancelled, found none", h -> h.remove(manifest("c"))),
                change(
                        "I1",
                        "a: expected the end that gateway-2 showed before: succeeded, content end-a, found not-found",
                        h -> h.add(new Observed(7000, "gateway-2", "a", Observed.NOT_FOUND, null))),
                change(
                        "I1",
                        "a: expected the end that gateway-2 showed before: succeeded, content end-a, found running",
                        h -> h.add(new Observed(7000, "gateway-2", "a", "running", null))),
                change(
                        "I1",
                        "a: expected the end that gateway-1 showed before: succeeded, content end-a",
                        h -> h.replace(
                                Observed.class,
                                o -> o.id().equals("a")
                                        && o.t() == 8100
                                        && o.gateway().equals("gateway-1"),
                                o -> new Observed(o.t(), o.gateway(), "a", o.status(), "another"))),
                change(
                        "I1",
                        "a: expected the same end on every gateway, content end-a",
                        h -> h.replace(
                                Observed.class,
                                o -> o.id().equals("a")
                                        && o.ended()
                                        && o.gateway().equals("gateway-2"),
                                o -> new Observed(o.t(), o.gateway(), "a", o.status(), "another"))),
                change(
                        "I1",
                        "p: expected a final status on gateway-2 at the end of the run, found no answer",
                        h -> h.remove(e -> e instanceof Observed o
                                && o.t() == 8100
                                && o.id().equals("p")
                                && o.gateway().equals("gateway-2"))),
                change(
                        "I2",
                        "a: expected another result with the content result-a, found result-x",
                        h -> h.add(new Ended(
                                3500, 3500, anywhere(), "a", "worker-1", "succeeded", null, "result-x", images()))),
                change(
                        "I2",
                        "a: expected a manifest with the content result-a, found result-x",
                        h -> h.replace(
                                ManifestFound.class,
                                m -> m.id().equals("a"),
                                m -> new ManifestFound(
                                        m.t(), m.id(), m.outcome(), "result-x", m.images(), m.adapters()))),
                change(
                        "I2",
                        "a: expected another record with the content request-a",
                        h -> h.add(new Requested(450, 450, anywhere(), "a", "request-x", List.of(FAST_1)))),
                change(
                        "I2",
                        "a: expected generations/a/0.png with SHA-256 1111",
                        h -> h.replace(
                                BlobFound.class,
                                b -> b.key().equals(BlobKeys.image("a", 0)),
                                b -> new BlobFound(b.t(), b.key(), OTHER))),
                change(
                        "I2",
                        "a: expected generations/a/0.png with SHA-256 ",
                        h -> h.remove(e -> e instanceof BlobFound b && b.key().equals(BlobKeys.image("a", 0)))),
                change(
                        "I2",
                        "a: expected image 0 from gateway-2 with SHA-256 1111",
                        h -> h.replace(
                                Downloaded.class,
                                d -> d.id().equals("a") && d.gateway().equals("gateway-2"),
                                d -> new Downloaded(d.t(), d.gateway(), d.id(), 0, 200, OTHER))),
                change(
                        "I3",
                        "worker-1: expected at most 2 requests at once, found 3",
                        h -> h.add(new Taken(700, "worker-1", "consumer-1", anywhere(), 1))),
                change("I3", "worker-1: expected at most 2 requests at once, found 3", h -> {
                    h.add(new Disconnected(690, "worker-1", "another consumer"));
                    h.add(new Taken(700, "worker-1", "consumer-1", anywhere(), 1));
                }),
                change(
                        "I3",
                        "worker-2: expected at most 2 requests at once, found 3",
                        h -> h.remove(e -> e instanceof WorkerEvent.Acknowledged a
                                && a.worker().equals("worker-2"))),
                change(
                        "I4",
                        "a: expected fast@1",
                        h -> h.replace(
                                VersionPublished.class,
                                v -> v.version().equals(FAST_1),
                                v -> new VersionPublished(v.t(), 150, v.position(), v.committed(), FAST_1, null))),
                change(
                        "I4",
                        "a: expected fast@1 (",
                        h -> h.remove(e ->
                                e instanceof VersionPublished v && v.version().equals(FAST_1) && v.committed())),
                change(
                        "I4",
                        "a: expected a manifest with the adapters [fast@1",
                        h -> h.replace(
                                ManifestFound.class,
                                m -> m.id().equals("a"),
                                m -> new ManifestFound(
                                        m.t(), m.id(), m.outcome(), m.content(), m.images(), List.of(FAST_2)))),
                change(
                        "I4",
                        "a: expected adapters/1111",
                        h -> h.replace(
                                BlobFound.class,
                                b -> b.key().equals(BlobKeys.adapter(FAST_1.sha256())),
                                b -> new BlobFound(b.t(), b.key(), OTHER))),
                change(
                        "I5",
                        "fast, partition 0, start of the next range: expected offset 2, found 3",
                        h -> h.replace(
                                RunFinished.class,
                                r -> r.lineage().fromOffset() == 2,
                                r -> withLineage(r, new Lineage(2, 0, 3, 4, 1, 1, "plan")))),
                change(
                        "I5",
                        "fast, partition 0, ranges with sample vote-2: expected exactly 1, found 2",
                        h -> h.replace(
                                RunFinished.class,
                                r -> r.lineage().fromOffset() == 2,
                                r -> withLineage(r, new Lineage(2, 0, 1, 3, 1, 1, "plan")))),
                change(
                        "I5",
                        "fast, partition 0, samples from offset 0 to 2: expected exactly 2, found 1",
                        h -> h.replace(
                                RunFinished.class,
                                r -> r.lineage().fromOffset() == 0,
                                r -> withLineage(r, new Lineage(1, 0, 0, 2, 1, 1, "plan")))),
                change(
                        "I5",
                        "fast, partition 0, samples from offset 0 to 2: expected exactly 1, found 2",
                        h -> h.replace(
                                Voted.class,
                                v -> v.vote().equals("vote-2"),
                                v -> new Voted(v.t(), v.at(), v.position(), "fast", "vote-1"))),
                change(
                        "I6",
                        "fast@2: expected the committed end of its run",
                        h -> h.remove(e -> e instanceof RunFinished r
                                && r.committed()
                                && r.lineage().fromOffset() == 0)),
                change(
                        "I6",
                        "committed ends of the run of fast, partition 0 from offset 0: expected exactly 1, found 2",
                        h -> h.add(new RunFinished(
                                6000, 6000, anywhere(), true, "fast", new Lineage(1, 0, 0, 2, 2, 1, "plan"), 3))),
                change(
                        "I6",
                        "fast@3: expected one version of fast, partition 0",
                        h -> h.add(new VersionPublished(
                                6000,
                                6000,
                                anywhere(),
                                true,
                                new PinnedAdapter("fast", 3, OTHER),
                                new Lineage(1, 0, 0, 2, 2, 1, "plan")))),
                change(
                        "I7",
                        "c: expected the request to end within 60 s after the faults, found 66 s",
                        h -> h.replace(
                                Ended.class,
                                e -> e.id().equals("c"),
                                e -> new Ended(
                                        70_500,
                                        e.at(),
                                        e.position(),
                                        "c",
                                        e.worker(),
                                        e.outcome(),
                                        null,
                                        e.content(),
                                        List.of()))),
                change(
                        "I7",
                        "worker-1: expected an attempt within 60 s after the faults, found none",
                        h -> h.remove(e -> e instanceof Started s && s.worker().equals("worker-1") && s.t() > 4000)),
                change(
                        "I8",
                        "a: expected success, found failed: attempts-exhausted",
                        h -> h.replace(Ended.class, e -> e.id().equals("a"), e -> end("a", "failed"))),
                change(
                        "I8",
                        "a: expected success, found cancelled",
                        h -> h.replace(Ended.class, e -> e.id().equals("a"), e -> end("a", "cancelled"))),
                change(
                        "I8",
                        "a: expected the request to end within 20000 ms, found 20900 ms",
                        h -> h.replace(
                                Ended.class,
                                e -> e.id().equals("a"),
                                e -> new Ended(
                                        21_000,
                                        e.at(),
                                        e.position(),
                                        "a",
                                        e.worker(),
                                        e.outcome(),
                                        null,
                                        e.content(),
                                        e.images()))),
                change(
                        "I9",
                        "worker-2: expected no damaged adapter loaded, found [spoilt@1]",
                        h -> h.report("worker-2", 8600, "spoilt@1")),
                change("I9", "worker-1: expected no damaged adapter loaded, found [spoilt@1]", h -> {
                    h.add(new WorkerEvent.Exited(8600, "worker-1", 0));
                    h.report("worker-1", 8700, "spoilt@1");
                }),
                change("I9", "a: expected no damaged image from gateway-1", h -> {
                    h.add(new BlobDamaged(5000, BlobKeys.image("a", 0)));
                    h.add(new Downloaded(5100, "gateway-1", "a", 0, 200, OTHER));
                }),
                change(
                        "F",
                        "kill on worker-1: expected an effect of the fault, found none",
                        h -> h.remove(e -> e instanceof Struck s && s.fault().equals("kill"))),
                change("I3", "history: expected evidence for I3, found none", h -> h.remove(Taken.class::isInstance)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("changes")
    void aChangedHistoryFails(String invariant, String violation, Consumer<SampleHistory> change) throws Exception {
        SampleHistory history = new SampleHistory();
        change.accept(history);
        history.write(folder);

        assertThat(check()).isEqualTo(1);

        assertThat(out.toString()).contains("\n      " + violation);
        assertThat(out.toString().lines().filter(line -> line.startsWith(invariant + " ")))
                .singleElement()
                .asString()
                .contains(" VIOLATED ");
    }

    @Test
    void aDamagedLineIsNamed() throws Exception {
        new SampleHistory().write(folder);
        Files.writeString(folder.resolve("more.jsonl"), "{\"type\": \"healed\", \"t\": 1}\n{\"type\": \"hea");

        assertThat(check()).isEqualTo(1);

        assertThat(err.toString()).contains("more.jsonl, line 2: ").doesNotContain("\tat ");
    }

    @Test
    void aFolderWithoutAHistoryIsNamed() {
        assertThat(check()).isEqualTo(1);

        assertThat(err.toString()).startsWith("fleet: expected a history in " + folder + ", found none");
    }

    private static Arguments change(String invariant, String violation, Consumer<SampleHistory> change) {
        return arguments(invariant, violation, change);
    }

    private static Predicate<HistoryEvent> ended(String id) {
        return event -> event instanceof Ended end && end.id().equals(id);
    }

    private static Predicate<HistoryEvent> requested(String id) {
        return event -> event instanceof Requested request && request.id().equals(id);
    }

    private static Predicate<HistoryEvent> manifest(String id) {
        return event -> event instanceof ManifestFound found && found.id().equals(id);
    }

    private static Ended end(String id, String outcome) {
        String reason = outcome.equals("failed") ? "attempts-exhausted" : null;
        return new Ended(3050, 3050, anywhere(), id, "worker-1", outcome, reason, "result-" + id, List.of());
    }

    private static List<Image> images() {
        return List.of(new Image(0, BlobKeys.image("a", 0), "1".repeat(64)));
    }

    private static Position anywhere() {
        return new Position("some", 0, 99);
    }

    private static RunFinished withLineage(RunFinished r, Lineage lineage) {
        return new RunFinished(r.t(), r.at(), r.position(), r.committed(), r.adapter(), lineage, r.version());
    }

    private int check() {
        return Fleet.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute("check", folder.toString());
    }
}
