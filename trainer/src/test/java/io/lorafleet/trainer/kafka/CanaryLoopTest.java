// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static io.lorafleet.trainer.Samples.SHA;
import static io.lorafleet.trainer.Samples.feedback;
import static io.lorafleet.trainer.Samples.student;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.generation.ShadowMeasured;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.RouteDecided.Decision;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.trainer.Samples;
import io.lorafleet.trainer.canary.CanaryRules;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The life of a canary, with a real broker. */
class CanaryLoopTest {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final CanaryRules RULES = new CanaryRules(0.25, 0.5, 2, 0.05, 2, 0.5, Duration.ofHours(1));

    @TempDir
    private Path storage;

    private final Faults faults = Faults.none();
    private FakeDistiller training;
    private TrainingGround ground;
    private TrainerLoop trainer;

    @BeforeEach
    void startACanary() throws Exception {
        BlobStore blobs = new DirectoryBlobStore(storage);
        training = FakeDistiller.quick(blobs);
        ground = new TrainingGround(BROKER.broker(), blobs);
        ground.publish(student("fast", 1));
        trainer = ground.trainer(training, faults, RULES);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        awaitDecision(Decision.CANARY);
    }

    @AfterEach
    void close() {
        ground.close();
    }

    @Test
    void versionAndCanaryRouteArePublishedTogether() {
        AdapterRoute route = ground.route("fast");
        assertThat(ground.trained()).hasSize(1);
        assertThat(route.stable()).isEqualTo(1);
        assertThat(route.canary()).isEqualTo(new AdapterRoute.Share(2, 0.25));
        assertThat(route.shadow()).isEqualTo(new AdapterRoute.Share(2, 0.5));
    }

    @Test
    void isPromotedThenKeptThenIsTheParentOfTheNextVersion() {
        ground.give(feedback("c", "fast"), feedback("d", "fast")); // pending until the decision
        ground.result("r1", new ShadowMeasured(pinned(2), 0.30, pinned(1), 0.31));
        ground.result("r2", new ShadowMeasured(pinned(2), 0.32, pinned(1), 0.31));
        awaitDecision(Decision.PROMOTED);
        assertThat(ground.route("fast").stable()).isEqualTo(2);
        assertThat(ground.route("fast").shadow().version()).isEqualTo(1);
        assertThat(training.inputs()).hasSize(1);
        ground.result("r3", new ShadowMeasured(pinned(1), 0.31, pinned(2), 0.30));
        ground.result("r4", new ShadowMeasured(pinned(1), 0.31, pinned(2), 0.30));
        awaitDecision(Decision.KEPT);
        await().atMost(TIMEOUT).until(() -> ground.trained().size() == 2);
        assertThat(training.inputs().get(1).parent().version()).isEqualTo(2);
        ground.requireTiled("fast");
    }

    @Test
    void isRolledBackWhenItIsWorseAndIsNotTheParentOfTheNextVersion() {
        ground.result("r1", new ShadowMeasured(pinned(2), 0.40, pinned(1), 0.30));
        ground.result("r2", new ShadowMeasured(pinned(2), 0.40, pinned(1), 0.30));
        RouteDecided decision = awaitDecision(Decision.ROLLED_BACK);
        assertThat(decision.reason()).contains("live error too high: error 0.400 versus 0.300 for fast@1");
        assertThat(ground.route("fast")).isEqualTo(decision.route());
        assertThat(decision.route().stable()).isEqualTo(1);
        assertThat(decision.route().canary()).isNull();
        ground.give(feedback("c", "fast"), feedback("d", "fast"));
        await().atMost(TIMEOUT).until(() -> ground.trained().size() == 2);
        assertThat(training.inputs().get(1).parent().version()).isEqualTo(1);
    }

    @Test
    void isRolledBackByItsRatings() {
        ground.give(rated("c", 1, 1), rated("d", 1, 1), rated("e", 2, -1), rated("f", 2, -1));
        assertThat(awaitDecision(Decision.ROLLED_BACK).reason())
                .contains("rating -1.000 (2 votes) versus 1.000 (2 votes) for the stable version");
    }

    @Test
    void anotherTrainerContinuesTheCanaryWithTheResultsSince() {
        trainer.close();
        ground.result("r1", new ShadowMeasured(pinned(2), 0.40, pinned(1), 0.30));
        ground.result("r2", new ShadowMeasured(pinned(2), 0.40, pinned(1), 0.30));
        ground.trainer(training, Faults.none(), RULES);
        awaitDecision(Decision.ROLLED_BACK);
        assertThat(ground.decisions()).hasSize(2);
    }

    @Test
    void aChangeOfTheRouteEndsTheCanary() {
        AdapterRoute theirs = new AdapterRoute("fast", 2, 1, null, null, Samples.NOW);
        ground.route(theirs);
        ground.result("r1", new ShadowMeasured(pinned(2), 0.40, pinned(1), 0.30));
        ground.result("r2", new ShadowMeasured(pinned(2), 0.40, pinned(1), 0.30));
        ground.give(feedback("c", "fast"), feedback("d", "fast"));
        await().atMost(TIMEOUT).until(() -> ground.trained().size() == 2);
        assertThat(ground.decisions()).extracting(RouteDecided::decision).containsOnly(Decision.CANARY);
        assertThat(ground.route("fast").stable()).isEqualTo(2);
    }

    /** The operator's change is acknowledged after the trainer has read the route, and before it writes its own. */
    @Test
    void aSimultaneousChangeOfTheRouteWinsAndEndsTheCanary() throws Exception {
        faults.hold("beginTransaction");
        ground.result("r1", new ShadowMeasured(pinned(2), 0.30, pinned(1), 0.31));
        ground.result("r2", new ShadowMeasured(pinned(2), 0.32, pinned(1), 0.31));
        faults.awaitReached();
        AdapterRoute theirs = new AdapterRoute("fast", 1, null, null, null, Samples.NOW).after(ground.route("fast"));
        ground.route(theirs);
        faults.release();
        RouteDecided overruled = awaitDecision(Decision.OVERRULED);
        assertThat(overruled.route()).isEqualTo(theirs);
        assertThat(ground.decisions())
                .extracting(RouteDecided::decision)
                .containsExactly(Decision.CANARY, Decision.PROMOTED, Decision.OVERRULED);
        AdapterRoute again = theirs.after(theirs);
        assertThat(ground.route("fast")).as("the record that compaction keeps").isEqualTo(again);
        AdapterRegistry registry = new AdapterRegistry();
        ground.records(Topic.ADAPTERS, "read_committed").forEach(record -> registry.apply(AdapterEvent.read(record)));
        assertThat(registry.adapter("fast").route()).isEqualTo(again);
        ground.give(feedback("c", "fast"), feedback("d", "fast"));
        await().atMost(TIMEOUT).until(() -> ground.trained().size() == 2);
        assertThat(training.inputs().get(1).parent().version()).isEqualTo(1);
    }

    private RouteDecided awaitDecision(Decision wanted) {
        await().atMost(TIMEOUT).until(() -> ground.decisions().stream().anyMatch(each -> each.decision() == wanted));
        return ground.decisions().stream()
                .filter(each -> each.decision() == wanted)
                .findFirst()
                .orElseThrow();
    }

    /** A rating of an image that was generated after the start of the canary. */
    private FeedbackGiven rated(String id, int version, double rating) {
        return new FeedbackGiven(
                id,
                "request",
                pinned(version),
                "a star",
                "",
                7,
                64,
                64,
                20,
                rating,
                false,
                null,
                null,
                ground.decisions().get(0).at());
    }

    private static PinnedAdapter pinned(int version) {
        return new PinnedAdapter("fast", version, SHA);
    }
}
