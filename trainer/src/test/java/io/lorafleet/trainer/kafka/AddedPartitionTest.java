// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static io.lorafleet.trainer.Samples.feedback;
import static io.lorafleet.trainer.Samples.student;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.trainer.distill.RunInputs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A third partition is added while an adapter's run on the first one is in progress. The adapter moves to the third.
 */
class AddedPartitionTest {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String MOVED = TrainingGround.adapterThatMoves(0, 2);
    private static final String NEW = TrainingGround.adapterThatMoves(1, 2);

    @TempDir
    private Path storage;

    private BlobStore blobs;
    private TrainingGround ground;

    @BeforeEach
    void provide() throws Exception {
        blobs = new DirectoryBlobStore(storage);
        ground = new TrainingGround(BROKER.broker(), blobs, 2);
        ground.publish(student(MOVED, 1));
        ground.publish(student(NEW, 1));
    }

    @AfterEach
    void close() {
        ground.close();
    }

    @Test
    void twoTrainersNeverTrainOneAdapterAtOnce() throws Exception {
        FakeDistiller first = FakeDistiller.stuckAfter(1, blobs);
        ground.trainer(first);
        ground.give(feedback("a", MOVED), feedback("b", MOVED));
        awaitThat(
                "a run on the first partition is in progress",
                () -> first.rounds().equals(List.of(1)));
        ground.addPartition(3);
        FakeDistiller second = FakeDistiller.quick(blobs);
        ground.trainer(second);
        awaitThat(
                "both trainers have partitions",
                () -> ground.shares().stream().mapToInt(i -> i).sum() == 3
                        && ground.shares().size() == 2
                        && !ground.shares().contains(0));
        ground.give(feedback("c", MOVED), feedback("d", MOVED), feedback("e", NEW), feedback("f", NEW));
        first.release();
        awaitThat("all feedback is consumed", () -> ground.trained().size() == 3);
        List<AdapterVersion> moved = ground.trained().stream()
                .filter(version -> version.name().equals(MOVED))
                .toList();
        assertThat(moved).extracting(version -> version.lineage().partition()).containsExactly(0, 2);
        assertThat(moved).extracting(version -> version.lineage().parent()).containsExactly(1, 2);
        assertThat(ground.trained())
                .extracting(version -> version.lineage().samples())
                .containsOnly(2);
        assertThat(first.inputs().size() + second.inputs().size()).isEqualTo(3);
    }

    @Test
    void postponesARunWhileAnotherPartitionsRunIsInProgress() throws Exception {
        FakeDistiller stuck = FakeDistiller.stuckAfter(1, blobs);
        TrainerLoop leaving = ground.trainer(stuck);
        ground.give(feedback("a", MOVED), feedback("b", MOVED));
        awaitThat(
                "a run on the first partition is in progress",
                () -> stuck.rounds().equals(List.of(1)));
        leaving.close();
        ground.addPartition(3);
        ground.give(feedback("c", MOVED), feedback("d", MOVED));
        FakeDistiller next = FakeDistiller.quick(blobs);
        ground.trainer(next);
        awaitThat("all feedback is consumed", () -> ground.trained().size() == 2);
        assertThat(next.inputs())
                .extracting(RunInputs::lineage)
                .extracting(lineage -> lineage.partition())
                .containsExactly(0, 2);
        assertThat(next.inputs().get(1).parent().version()).isEqualTo(2);
        assertThat(ground.committed(0)).isEqualTo(2);
        assertThat(ground.committed(2)).isEqualTo(2);
    }

    private static void awaitThat(String what, Callable<Boolean> condition) {
        await().alias(what).atMost(TIMEOUT).until(condition);
    }
}
