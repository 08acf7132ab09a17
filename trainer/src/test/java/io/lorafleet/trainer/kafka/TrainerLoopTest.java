// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static io.lorafleet.trainer.Samples.feedback;
import static io.lorafleet.trainer.Samples.student;
import static io.lorafleet.trainer.Samples.style;
import static io.lorafleet.trainer.Samples.withdrawn;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.messages.training.TrainingStarted;
import io.lorafleet.messages.worker.DeadLetter;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.trainer.Samples;
import io.lorafleet.trainer.feedback.FeedbackArchive;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The loop against a real broker. Training itself is not the point here. */
class TrainerLoopTest {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path storage;

    private BlobStore blobs;
    private TrainingGround ground;

    @BeforeEach
    void provide() throws Exception {
        blobs = new DirectoryBlobStore(storage);
        ground = new TrainingGround(BROKER.broker(), blobs);
        ground.publish(student("fast", 1));
    }

    @AfterEach
    void close() {
        ground.close();
    }

    @Test
    void isReadyWhileItIsInTheGroup() throws Exception {
        Faults faults = Faults.holdAt("poll");
        TrainerLoop trainer = ground.trainer(FakeTraining.quick(blobs), faults);
        faults.awaitReached();
        assertThat(trainer.isFollowing()).isFalse();
        faults.release();
        await().atMost(PATIENCE).until(trainer::isFollowing);
        trainer.close();
        assertThat(trainer.isFollowing()).isFalse();
    }

    @Test
    void isNotReadyWhenItsThreadHasDied() throws Exception {
        Faults killed = Faults.killAt("beginTransaction");
        TrainerLoop trainer = ground.trainer(FakeTraining.quick(blobs), killed);
        await().dontCatchUncaughtExceptions().atMost(PATIENCE).until(trainer::isFollowing);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        killed.awaitReached();
        await().dontCatchUncaughtExceptions().atMost(PATIENCE).until(() -> !trainer.isFollowing());
    }

    @Test
    void publishesAVersionWhenEnoughSamplesAreThere() throws Exception {
        ground.trainer(FakeTraining.quick(blobs));
        ground.give(feedback("a", "fast"));
        ground.give(feedback("b", "fast"));
        AdapterVersion version = awaitTrained(1).get(0);
        assertThat(version.version()).isEqualTo(2);
        assertThat(version.guidance()).isEqualTo(5.0);
        assertThat(version.figures().learned()).isEqualTo(0.9);
        Lineage lineage = version.lineage();
        assertThat(lineage.parent()).isEqualTo(1);
        assertThat(lineage.fromOffset()).isZero();
        assertThat(lineage.toOffset()).isEqualTo(2);
        assertThat(lineage.samples()).isEqualTo(2);
        assertThat(blobs.get(BlobKeys.adapter(version.sha256()))).isPresent();
        assertThat(ground.events().get(0)).isInstanceOf(TrainingStarted.class);
        assertThat(ground.finished().get(0).version()).isEqualTo(2);
        assertThat(ground.committed()).isEqualTo(2);
        awaitNoCheckpoints();
    }

    @Test
    void eachRunBeginsWhereTheOneBeforeEnded() {
        FakeTraining training = FakeTraining.quick(blobs);
        ground.trainer(training);
        for (int run = 1; run <= 3; run++) {
            ground.give(feedback("a" + run, "fast"), feedback("b" + run, "fast"));
            awaitTrained(run);
        }
        ground.requireTiled("fast");
        assertThat(training.orders())
                .extracting(order -> order.parent().version())
                .containsExactly(1, 2, 3);
        assertThat(ground.committed()).isEqualTo(6);
    }

    @Test
    void doesNotWaitForMoreWhenASampleIsOld() {
        ground.trainer(FakeTraining.quick(blobs));
        ground.give(feedback("a", "fast", "a star", -1, Samples.NOW.minus(Duration.ofHours(2))));
        assertThat(awaitTrained(1).get(0).lineage().samples()).isEqualTo(1);
    }

    @Test
    void commitsNothingThatAnAdapterStillWaitsFor() {
        ground.publish(student("slow", 1));
        ground.trainer(FakeTraining.quick(blobs));
        ground.give(feedback("s1", "slow"), feedback("a", "fast"), feedback("b", "fast"));
        awaitTrained(1);
        assertThat(ground.committed()).isZero();
        ground.give(feedback("s2", "slow"));
        awaitTrained(2);
        assertThat(ground.committed()).isEqualTo(4);
        ground.requireTiled("slow");
    }

    @Test
    void takesNothingTwiceAfterARestart() {
        ground.publish(student("slow", 1));
        TrainerLoop first = ground.trainer(FakeTraining.quick(blobs));
        ground.give(feedback("s1", "slow"), feedback("a", "fast"), feedback("b", "fast"));
        awaitTrained(1);
        first.close();
        ground.trainer(FakeTraining.quick(blobs)); // it reads those of fast again
        ground.give(feedback("s2", "slow"));
        awaitTrained(2);
        ground.requireTiled("slow");
        ground.requireTiled("fast");
    }

    @Test
    void countsARepeatedSampleOnce() {
        ground.trainer(FakeTraining.quick(blobs));
        ground.give(feedback("a", "fast"), feedback("a", "fast"), feedback("b", "fast"));
        Lineage lineage = awaitTrained(1).get(0).lineage();
        assertThat(lineage.samples()).isEqualTo(2);
        assertThat(lineage.toOffset()).isEqualTo(3);
    }

    @Test
    void countsAnOwnersVoteOnceHoweverOftenItIsGivenOrChanged() {
        FakeTraining training = FakeTraining.quick(blobs);
        ground.trainer(training);
        for (int i = 0; i < 50; i++) {
            ground.give(vote("m", "mallory", i % 2 == 0 ? 1 : -1));
        }
        ground.give(vote("a", "alice", 1));
        awaitTrained(1);
        assertThat(training.orders().get(0).samples()).containsExactly(vote("m", "mallory", -1), vote("a", "alice", 1));
        ground.requireTiled("fast");
    }

    @Test
    void leavesOutWhatWasWithdrawnBeforeTheRun() {
        FakeTraining training = FakeTraining.quick(blobs);
        ground.trainer(training);
        ground.give(vote("m", "mallory", 1), withdrawn("mallory", "fast"), vote("a", "alice", 1), vote("b", "bob", 1));
        awaitTrained(1);
        assertThat(training.orders().get(0).samples()).containsExactly(vote("a", "alice", 1), vote("b", "bob", 1));
        assertThat(ground.committed()).isEqualTo(4);
        ground.requireTiled("fast");
    }

    @Test
    void leavesOutOfLaterRunsWhatWasWithdrawnBetweenTwo() throws Exception {
        ground.trainer(FakeTraining.quick(blobs));
        ground.give(vote("m", "mallory", 1), vote("a", "alice", 1));
        awaitTrained(1);
        ground.give(withdrawn("mallory", "fast"), vote("b", "bob", 1), vote("c", "carol", 1));
        Lineage second = awaitTrained(2).get(1).lineage();
        assertThat(second.samples()).isEqualTo(2);
        Lineage third = new Lineage(3, 0, second.toOffset(), second.toOffset() + 1, 1, 1, "");
        assertThat(new FeedbackArchive(blobs).before("fast", third).standing())
                .containsExactly(vote("a", "alice", 1), vote("b", "bob", 1), vote("c", "carol", 1));
        ground.requireTiled("fast");
    }

    @Test
    void aRestartedTrainerCountsWhatTheOneBeforeDidWhateverWasChangedOrWithdrawnSince() {
        FakeTraining stuck = FakeTraining.stuckAfter(1, blobs);
        TrainerLoop first = ground.trainer(stuck);
        ground.give(vote("m", "mallory", 1), vote("a", "alice", 1));
        await().atMost(PATIENCE).until(() -> stuck.rounds().equals(List.of(1)));
        ground.give(vote("a", "alice", -1), withdrawn("mallory", "fast"), vote("b", "bob", 1));
        first.close();
        FakeTraining next = FakeTraining.quick(blobs);
        ground.trainer(next);
        awaitTrained(2);
        assertThat(next.rounds()).containsExactly(2, 3, 1, 2, 3);
        assertThat(next.orders().get(0)).isEqualTo(stuck.orders().get(0));
        assertThat(next.orders().get(1).samples()).containsExactly(vote("a", "alice", -1), vote("b", "bob", 1));
        assertThat(next.orders().get(1).withdrawals()).containsExactly(withdrawn("mallory", "fast"));
        ground.requireTiled("fast");
    }

    @Test
    void aWithdrawalThatNothingFollowsIsConsumedAllTheSame() {
        FakeTraining training = FakeTraining.quick(blobs).rejecting("nothing new was said");
        ground.trainer(training);
        Instant old = Samples.NOW.minus(Duration.ofHours(2));
        ground.give(new FeedbackWithdrawn("fast", "mallory", "operator", old));
        await().atMost(PATIENCE).until(() -> ground.finished().size() == 1);
        assertThat(training.orders().get(0).withdrawals()).hasSize(1);
        assertThat(ground.committed()).isEqualTo(1);
        ground.requireTiled("fast");
    }

    @Test
    void aRejectedVersionConsumesItsSamplesToo() {
        ground.trainer(FakeTraining.quick(blobs).rejecting("worse than its parent"));
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        TrainingFinished event = await().atMost(PATIENCE)
                .until(ground::finished, all -> all.size() == 1)
                .get(0);
        assertThat(event.outcome()).isEqualTo(TrainingFinished.Outcome.REJECTED);
        assertThat(event.reason()).isEqualTo("worse than its parent");
        assertThat(event.figures().parentLearned()).isEqualTo(0.8);
        assertThat(ground.committed()).isEqualTo(2);
        assertThat(ground.trained()).isEmpty();
    }

    @Test
    void sendsWhatIsNoSampleToTheDeadLettersAndGoesOn() {
        ground.trainer(FakeTraining.quick(blobs));
        ground.send(Topic.FEEDBACK, "fast", "{\"rating\": \"splendid\"}".getBytes(UTF_8));
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        awaitTrained(1);
        var record = ground.records(Topic.DEAD_LETTERS, "read_committed").get(0);
        DeadLetter letter = Json.read(record.value(), DeadLetter.class);
        assertThat(record.key()).isEqualTo("fast");
        assertThat(letter.record()).asString(UTF_8).isEqualTo("{\"rating\": \"splendid\"}");
        assertThat(letter.reason()).contains("FeedbackEvent").doesNotContain("splendid");
    }

    @Test
    void passesOverSamplesOfStylesAndOfAdaptersThatNobodyKnows() {
        ground.publish(style("crayon"));
        ground.trainer(FakeTraining.quick(blobs));
        ground.give(feedback("a", "crayon"), feedback("b", "crayon"), feedback("c", "gone"), feedback("d", "gone"));
        await().atMost(PATIENCE).until(() -> ground.committed() == 4);
        assertThat(ground.events()).isEmpty();
    }

    @Test
    void triesARunAgainThatCouldNotBeMade() {
        FakeTraining training = FakeTraining.quick(blobs).broken();
        ground.trainer(training);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        await().atMost(PATIENCE).until(() -> training.orders().size() > 1);
        training.mend();
        awaitTrained(1);
        assertThat(training.orders().stream().distinct()).hasSize(1);
        ground.requireTiled("fast");
    }

    @Test
    void theNextTrainerTakesUpTheSameSamplesAlthoughMoreHaveCome() {
        FakeTraining stuck = FakeTraining.stuckAfter(1, blobs);
        TrainerLoop first = ground.trainer(stuck);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        await().atMost(PATIENCE).until(() -> stuck.rounds().equals(List.of(1)));
        ground.give(feedback("c", "fast"), feedback("d", "fast"));
        first.close();
        FakeTraining next = FakeTraining.quick(blobs);
        ground.trainer(next);
        awaitTrained(2);
        assertThat(next.rounds()).containsExactly(2, 3, 1, 2, 3);
        assertThat(next.orders().get(0)).isEqualTo(stuck.orders().get(0));
        ground.requireTiled("fast");
    }

    @Test
    void oneThatIsKilledBeforeItsTransactionLosesNoNumber() throws Exception {
        Faults killed = Faults.killAt("beginTransaction");
        ground.trainer(FakeTraining.quick(blobs), killed);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        killed.awaitReached();
        assertThat(blobs.get(BlobKeys.adapterNumber("fast", 2))).isPresent();
        assertThat(ground.trained()).isEmpty();
        ground.trainer(FakeTraining.quick(blobs));
        assertThat(awaitTrained(1).get(0).version()).isEqualTo(2);
        assertThat(blobs.get(BlobKeys.adapterNumber("fast", 3))).isEmpty();
        ground.requireTiled("fast");
    }

    @Test
    void oneThatIsKilledInItsTransactionPublishesNothing() throws Exception {
        Faults killed = Faults.killAt("commitTransaction");
        ground.trainer(FakeTraining.quick(blobs), killed);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        killed.awaitReached();
        assertThat(ground.records(Topic.ADAPTERS, "read_uncommitted")).hasSize(2);
        assertThat(ground.trained()).isEmpty();
        assertThat(ground.finished()).isEmpty();
        ground.trainer(FakeTraining.quick(blobs));
        assertThat(awaitTrained(1).get(0).version()).isEqualTo(2);
        ground.requireTiled("fast");
        assertThat(ground.committed()).isEqualTo(2);
    }

    @Test
    void oneThatWasOvertakenCannotPublish() throws Exception {
        Faults held = Faults.holdAt("beginTransaction"); // so long that the group takes it for lost
        ground.trainer(FakeTraining.quick(blobs), held);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        held.awaitReached();
        ground.trainer(FakeTraining.quick(blobs));
        awaitTrained(1);
        held.release();
        await().atMost(PATIENCE).until(() -> held.calls().contains("abortTransaction"));
        assertThat(held.calls()).contains("sendOffsetsToTransaction").doesNotContain("commitTransaction");
        assertThat(ground.trained()).hasSize(1);
        ground.requireTiled("fast");
    }

    @Test
    void theNewOwnerOfAPartitionGoesOnFromTheCheckpoint() {
        Faults faults = Faults.none();
        FakeTraining lost = FakeTraining.stuckAfter(1, blobs);
        ground.trainer(lost, faults);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        await().atMost(PATIENCE).until(() -> lost.rounds().equals(List.of(1)));
        faults.hold("poll");
        FakeTraining next = FakeTraining.quick(blobs);
        ground.trainer(next);
        awaitTrained(1);
        faults.release();
        assertThat(lost.rounds()).containsExactly(1);
        assertThat(next.rounds()).containsExactly(2, 3);
        assertThat(next.orders()).isEqualTo(lost.orders());
        ground.requireTiled("fast");
    }

    private static FeedbackGiven vote(String id, String owner, double rating) {
        return feedback(id, "fast", "a star", rating, owner, Samples.NOW);
    }

    private List<AdapterVersion> awaitTrained(int count) {
        return await().atMost(PATIENCE).until(ground::trained, versions -> versions.size() >= count);
    }

    private void awaitNoCheckpoints() {
        await().atMost(PATIENCE).until(() -> {
            try (Stream<String> keys = blobs.list(BlobKeys.training("fast"))) {
                return keys.findAny().isEmpty();
            }
        });
    }
}
