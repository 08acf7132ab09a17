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
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The polling loop with a real broker and a fake distiller. */
class TrainerLoopTest {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

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
    void isReadyWhileItIsAMemberOfTheGroup() throws Exception {
        Faults faults = Faults.holdAt("poll");
        TrainerLoop trainer = ground.trainer(FakeDistiller.quick(blobs), faults);
        faults.awaitReached();
        assertThat(trainer.isFollowing()).isFalse();
        faults.release();
        await().atMost(TIMEOUT).until(trainer::isFollowing);
        trainer.close();
        assertThat(trainer.isFollowing()).isFalse();
    }

    @Test
    void isNotReadyAfterItsThreadEnded() throws Exception {
        Faults killed = Faults.killAt("beginTransaction");
        TrainerLoop trainer = ground.trainer(FakeDistiller.quick(blobs), killed);
        await().dontCatchUncaughtExceptions().atMost(TIMEOUT).until(trainer::isFollowing);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        killed.awaitReached();
        await().dontCatchUncaughtExceptions().atMost(TIMEOUT).until(() -> !trainer.isFollowing());
        assertThat(trainer.failedThread()).contains("feedback");
    }

    @Test
    void isNotLiveWhileItsPollingThreadHangs() throws Exception {
        ground.hangTimeout(Duration.ofSeconds(1));
        Faults faults = Faults.holdAt("poll");
        TrainerLoop trainer = ground.trainer(FakeDistiller.quick(blobs), faults);
        faults.awaitReached();
        await().alias("the hang is noticed")
                .atMost(TIMEOUT)
                .until(() -> trainer.failedThread().equals(Optional.of("feedback")));
        faults.release();
        await().alias("the hang is over")
                .atMost(TIMEOUT)
                .until(() -> trainer.failedThread().isEmpty());
        trainer.close();
        assertThat(trainer.failedThread()).isEmpty();
    }

    @Test
    void isNotLiveWhileItsTrainingThreadHangs() {
        ground.hangTimeout(Duration.ofSeconds(2));
        FakeDistiller hanging = FakeDistiller.quick(blobs).hanging();
        TrainerLoop trainer = ground.trainer(hanging);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        await().alias("the hang is noticed")
                .atMost(TIMEOUT)
                .until(() -> trainer.failedThread().equals(Optional.of("training")));
        hanging.release();
        awaitTrained(1);
        await().alias("the hang is over")
                .atMost(TIMEOUT)
                .until(() -> trainer.failedThread().isEmpty());
    }

    /** Two adapters have one sample each, and a third one has a sample that is old enough for a run. */
    @Test
    void limitsTheNumberOfWaitingSamplesInMemory() {
        for (String adapter : List.of("a", "b", "old")) {
            ground.publish(student(adapter, 1));
        }
        ground.maxWaiting(3);
        FakeDistiller training = FakeDistiller.stuckAfter(0, blobs);
        Faults faults = Faults.none();
        ground.trainer(training, faults);
        ground.give(feedback("1", "a"));
        ground.give(feedback("2", "old", "a star", -1, Samples.NOW.minus(Duration.ofHours(2))));
        ground.give(feedback("3", "fast"), feedback("4", "fast"));
        await().alias("the trainer stops reading")
                .atMost(TIMEOUT)
                .until(() -> faults.calls().contains("pause"));
        await().alias("three samples wait").atMost(TIMEOUT).until(() -> ground.waiting() == 3);
        training.release();
        awaitTrained(2);
        assertThat(faults.calls()).contains("resume");
        ground.requireTiled("fast");
        ground.requireTiled("old");
    }

    @Test
    void publishesAVersionAtTheMinimumNumberOfSamples() throws Exception {
        ground.trainer(FakeDistiller.quick(blobs));
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
    void eachRunStartsAtTheEndOfThePreviousOne() {
        FakeDistiller training = FakeDistiller.quick(blobs);
        ground.trainer(training);
        for (int run = 1; run <= 3; run++) {
            ground.give(feedback("a" + run, "fast"), feedback("b" + run, "fast"));
            awaitTrained(run);
        }
        ground.requireTiled("fast");
        assertThat(training.inputs())
                .extracting(inputs -> inputs.parent().version())
                .containsExactly(1, 2, 3);
        assertThat(ground.committed()).isEqualTo(6);
    }

    @Test
    void startsARunAtTheMaximumAge() {
        ground.trainer(FakeDistiller.quick(blobs));
        ground.give(feedback("a", "fast", "a star", -1, Samples.NOW.minus(Duration.ofHours(2))));
        assertThat(awaitTrained(1).get(0).lineage().samples()).isEqualTo(1);
    }

    @Test
    void doesNotCommitPendingRecords() {
        ground.publish(student("slow", 1));
        ground.trainer(FakeDistiller.quick(blobs));
        ground.give(feedback("s1", "slow"), feedback("a", "fast"), feedback("b", "fast"));
        awaitTrained(1);
        assertThat(ground.committed()).isZero();
        ground.give(feedback("s2", "slow"));
        awaitTrained(2);
        assertThat(ground.committed()).isEqualTo(4);
        ground.requireTiled("slow");
    }

    @Test
    void countsNoRecordTwiceAfterARestart() {
        ground.publish(student("slow", 1));
        TrainerLoop first = ground.trainer(FakeDistiller.quick(blobs));
        ground.give(feedback("s1", "slow"), feedback("a", "fast"), feedback("b", "fast"));
        awaitTrained(1);
        first.close();
        ground.trainer(FakeDistiller.quick(blobs)); // reads the records of fast again
        ground.give(feedback("s2", "slow"));
        awaitTrained(2);
        ground.requireTiled("slow");
        ground.requireTiled("fast");
    }

    @Test
    void countsARepeatedSampleOnce() {
        ground.trainer(FakeDistiller.quick(blobs));
        ground.give(feedback("a", "fast"), feedback("a", "fast"), feedback("b", "fast"));
        Lineage lineage = awaitTrained(1).get(0).lineage();
        assertThat(lineage.samples()).isEqualTo(2);
        assertThat(lineage.toOffset()).isEqualTo(3);
    }

    @Test
    void countsAChangedVoteOnce() {
        FakeDistiller training = FakeDistiller.quick(blobs);
        ground.trainer(training);
        for (int i = 0; i < 50; i++) {
            ground.give(vote("m", "mallory", i % 2 == 0 ? 1 : -1));
        }
        ground.give(vote("a", "alice", 1));
        awaitTrained(1);
        assertThat(training.inputs().get(0).samples()).containsExactly(vote("m", "mallory", -1), vote("a", "alice", 1));
        ground.requireTiled("fast");
    }

    @Test
    void excludesVotesThatWereWithdrawnBeforeTheRun() {
        FakeDistiller training = FakeDistiller.quick(blobs);
        ground.trainer(training);
        ground.give(vote("m", "mallory", 1), withdrawn("mallory", "fast"), vote("a", "alice", 1), vote("b", "bob", 1));
        awaitTrained(1);
        assertThat(training.inputs().get(0).samples()).containsExactly(vote("a", "alice", 1), vote("b", "bob", 1));
        assertThat(ground.committed()).isEqualTo(4);
        ground.requireTiled("fast");
    }

    @Test
    void excludesArchivedVotesThatWereWithdrawnBetweenRuns() throws Exception {
        ground.trainer(FakeDistiller.quick(blobs));
        ground.give(vote("m", "mallory", 1), vote("a", "alice", 1));
        awaitTrained(1);
        ground.give(withdrawn("mallory", "fast"), vote("b", "bob", 1), vote("c", "carol", 1));
        Lineage second = awaitTrained(2).get(1).lineage();
        assertThat(second.samples()).isEqualTo(2);
        Lineage third = new Lineage(3, 0, second.toOffset(), second.toOffset() + 1, 1, 1, "");
        assertThat(new FeedbackArchive(blobs, new SimpleMeterRegistry())
                        .before("fast", third)
                        .standing())
                .containsExactly(vote("a", "alice", 1), vote("b", "bob", 1), vote("c", "carol", 1));
        ground.requireTiled("fast");
    }

    @Test
    void restartedTrainerUsesTheSamplesOfTheUnfinishedRun() {
        FakeDistiller stuck = FakeDistiller.stuckAfter(1, blobs);
        TrainerLoop first = ground.trainer(stuck);
        ground.give(vote("m", "mallory", 1), vote("a", "alice", 1));
        await().atMost(TIMEOUT).until(() -> stuck.rounds().equals(List.of(1)));
        ground.give(vote("a", "alice", -1), withdrawn("mallory", "fast"), vote("b", "bob", 1));
        first.close();
        FakeDistiller next = FakeDistiller.quick(blobs);
        ground.trainer(next);
        awaitTrained(2);
        assertThat(next.rounds()).containsExactly(2, 3, 1, 2, 3);
        assertThat(next.inputs().get(0)).isEqualTo(stuck.inputs().get(0));
        assertThat(next.inputs().get(1).samples()).containsExactly(vote("a", "alice", -1), vote("b", "bob", 1));
        assertThat(next.inputs().get(1).withdrawals()).containsExactly(withdrawn("mallory", "fast"));
        ground.requireTiled("fast");
    }

    @Test
    void withdrawalWithoutSamplesIsConsumed() {
        FakeDistiller training = FakeDistiller.quick(blobs).rejecting("no new feedback");
        ground.trainer(training);
        Instant old = Samples.NOW.minus(Duration.ofHours(2));
        ground.give(new FeedbackWithdrawn("fast", "mallory", "operator", old));
        await().atMost(TIMEOUT).until(() -> ground.finished().size() == 1);
        assertThat(training.inputs().get(0).withdrawals()).hasSize(1);
        assertThat(ground.committed()).isEqualTo(1);
        ground.requireTiled("fast");
    }

    @Test
    void rejectedRunConsumesItsSamples() {
        ground.trainer(FakeDistiller.quick(blobs).rejecting("worse than its parent"));
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        TrainingFinished event = await().atMost(TIMEOUT)
                .until(ground::finished, all -> all.size() == 1)
                .get(0);
        assertThat(event.outcome()).isEqualTo(TrainingFinished.Outcome.REJECTED);
        assertThat(event.reason()).isEqualTo("worse than its parent");
        assertThat(event.figures().parentLearned()).isEqualTo(0.8);
        assertThat(ground.committed()).isEqualTo(2);
        assertThat(ground.trained()).isEmpty();
    }

    @Test
    void writesInvalidFeedbackToTheDeadLettersAndContinues() {
        ground.trainer(FakeDistiller.quick(blobs));
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
    void skipsSamplesOfStylesAndOfUnknownAdapters() {
        ground.publish(style("crayon"));
        ground.trainer(FakeDistiller.quick(blobs));
        ground.give(feedback("a", "crayon"), feedback("b", "crayon"), feedback("c", "gone"), feedback("d", "gone"));
        await().atMost(TIMEOUT).until(() -> ground.committed() == 4);
        assertThat(ground.events()).isEmpty();
    }

    @Test
    void retriesAFailedRun() {
        FakeDistiller training = FakeDistiller.quick(blobs).broken();
        ground.trainer(training);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        await().atMost(TIMEOUT).until(() -> training.inputs().size() > 1);
        training.repair();
        awaitTrained(1);
        assertThat(training.inputs().stream().distinct()).hasSize(1);
        ground.requireTiled("fast");
    }

    @Test
    void nextTrainerUsesTheSameSamplesDespiteNewOnes() {
        FakeDistiller stuck = FakeDistiller.stuckAfter(1, blobs);
        TrainerLoop first = ground.trainer(stuck);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        await().atMost(TIMEOUT).until(() -> stuck.rounds().equals(List.of(1)));
        ground.give(feedback("c", "fast"), feedback("d", "fast"));
        first.close();
        FakeDistiller next = FakeDistiller.quick(blobs);
        ground.trainer(next);
        awaitTrained(2);
        assertThat(next.rounds()).containsExactly(2, 3, 1, 2, 3);
        assertThat(next.inputs().get(0)).isEqualTo(stuck.inputs().get(0));
        ground.requireTiled("fast");
    }

    @Test
    void crashBeforeTheTransactionKeepsTheVersionNumber() throws Exception {
        Faults killed = Faults.killAt("beginTransaction");
        ground.trainer(FakeDistiller.quick(blobs), killed);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        killed.awaitReached();
        assertThat(blobs.get(BlobKeys.adapterNumber("fast", 2))).isPresent();
        assertThat(ground.trained()).isEmpty();
        ground.trainer(FakeDistiller.quick(blobs));
        assertThat(awaitTrained(1).get(0).version()).isEqualTo(2);
        assertThat(blobs.get(BlobKeys.adapterNumber("fast", 3))).isEmpty();
        ground.requireTiled("fast");
    }

    @Test
    void crashInTheTransactionPublishesNothing() throws Exception {
        Faults killed = Faults.killAt("commitTransaction");
        ground.trainer(FakeDistiller.quick(blobs), killed);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        killed.awaitReached();
        assertThat(ground.records(Topic.ADAPTERS, "read_uncommitted")).hasSize(2);
        assertThat(ground.trained()).isEmpty();
        assertThat(ground.finished()).isEmpty();
        ground.trainer(FakeDistiller.quick(blobs));
        assertThat(awaitTrained(1).get(0).version()).isEqualTo(2);
        ground.requireTiled("fast");
        assertThat(ground.committed()).isEqualTo(2);
    }

    @Test
    void fencedTrainerCannotPublish() throws Exception {
        Faults held = Faults.holdAt("beginTransaction"); // until the group removes the trainer
        ground.trainer(FakeDistiller.quick(blobs), held);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        held.awaitReached();
        ground.trainer(FakeDistiller.quick(blobs));
        awaitTrained(1);
        held.release();
        await().atMost(TIMEOUT).until(() -> held.calls().contains("abortTransaction"));
        assertThat(held.calls()).contains("sendOffsetsToTransaction").doesNotContain("commitTransaction");
        assertThat(ground.trained()).hasSize(1);
        ground.requireTiled("fast");
    }

    @Test
    void newOwnerOfAPartitionResumesFromTheCheckpoint() {
        Faults faults = Faults.none();
        FakeDistiller lost = FakeDistiller.stuckAfter(1, blobs);
        ground.trainer(lost, faults);
        ground.give(feedback("a", "fast"), feedback("b", "fast"));
        await().atMost(TIMEOUT).until(() -> lost.rounds().equals(List.of(1)));
        faults.hold("poll");
        FakeDistiller next = FakeDistiller.quick(blobs);
        ground.trainer(next);
        awaitTrained(1);
        faults.release();
        assertThat(lost.rounds()).containsExactly(1);
        assertThat(next.rounds()).containsExactly(2, 3);
        assertThat(next.inputs()).isEqualTo(lost.inputs());
        ground.requireTiled("fast");
    }

    private static FeedbackGiven vote(String id, String owner, double rating) {
        return feedback(id, "fast", "a star", rating, owner, Samples.NOW);
    }

    private List<AdapterVersion> awaitTrained(int count) {
        return await().atMost(TIMEOUT).until(ground::trained, versions -> versions.size() >= count);
    }

    private void awaitNoCheckpoints() {
        await().atMost(TIMEOUT).until(() -> {
            try (Stream<String> keys = blobs.list(BlobKeys.training("fast"))) {
                return keys.findAny().isEmpty();
            }
        });
    }
}
