// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static io.lorafleet.trainer.Samples.feedback;
import static io.lorafleet.trainer.Samples.student;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.messages.BlobKeys;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two trainers with the same id, and two partitions. Each partition has the feedback of one adapter. */
class TwoTrainersTest {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String KEPT = TrainingGround.adapterOn(0);
    private static final String MOVED = TrainingGround.adapterOn(1);

    @TempDir
    private Path storage;

    private BlobStore blobs;
    private TrainingGround ground;

    @BeforeEach
    void provide() throws Exception {
        blobs = new DirectoryBlobStore(storage);
        ground = new TrainingGround(BROKER.broker(), blobs, 2);
        ground.publish(student(KEPT, 1));
        ground.publish(student(MOVED, 1));
    }

    @AfterEach
    void close() {
        ground.close();
    }

    @Test
    void everySampleCountsOnceWhenTrainersJoinAndLeave() {
        FakeDistiller first = FakeDistiller.stuckAfter(1, blobs);
        TrainerLoop leaving = ground.trainer(first);
        ground.give(feedback("a", KEPT), feedback("b", KEPT));
        awaitThat(
                "the first trainer has a run in progress", () -> first.rounds().equals(List.of(1)));

        FakeDistiller second = FakeDistiller.quick(blobs);
        ground.trainer(second);
        awaitThat("each trainer has a partition", () -> ground.shares().equals(List.of(1, 1)));
        ground.give(feedback("c", MOVED), feedback("d", MOVED));
        awaitThat("the second trainer has published", () -> ground.trained().size() == 1);
        first.release();
        awaitThat("the first trainer has published", () -> ground.trained().size() == 2);
        assertThat(first.inputs()).extracting(RunInputs::adapter).containsExactly(KEPT); // the run was not restarted
        assertThat(first.rounds()).containsExactly(1, 2, 3);
        assertThat(second.inputs()).extracting(RunInputs::adapter).containsExactly(MOVED);

        leaving.close();
        ground.give(feedback("e", KEPT), feedback("f", KEPT), feedback("g", MOVED), feedback("h", MOVED));
        awaitThat(
                "the remaining trainer trains both adapters",
                () -> ground.trained().size() == 4);
        ground.requireTiled(KEPT);
        ground.requireTiled(MOVED);
        assertThat(ground.trained()).extracting(AdapterVersion::lineage).allMatch(each -> each.samples() == 2);
        assertThat(ground.committed(0)).isEqualTo(4);
        assertThat(ground.committed(1)).isEqualTo(4);
    }

    @Test
    void newOwnerOfAPartitionResumesItsRun() {
        FakeDistiller first = FakeDistiller.stuckAfter(1, blobs);
        ground.trainer(first);
        ground.give(feedback("a", MOVED), feedback("b", MOVED));
        awaitThat(
                "the first trainer has a run in progress", () -> first.rounds().equals(List.of(1)));
        FakeDistiller second = FakeDistiller.quick(blobs);
        ground.trainer(second);
        awaitThat("the second trainer has published", () -> ground.trained().size() == 1);
        assertThat(first.rounds()).containsExactly(1);
        assertThat(second.rounds()).containsExactly(2, 3);
        assertThat(second.inputs()).isEqualTo(first.inputs());
        ground.requireTiled(MOVED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"beginTransaction", "commitTransaction"})
    void everySampleCountsOnceWhenATrainerIsKilled(String call) throws Exception {
        Faults killed = Faults.killAt(call);
        ground.trainer(FakeDistiller.quick(blobs), killed);
        ground.give(feedback("a", KEPT), feedback("b", KEPT), feedback("c", MOVED), feedback("d", MOVED));
        killed.awaitReached();
        assertThat(ground.trained()).isEmpty();
        ground.trainer(FakeDistiller.quick(blobs));
        awaitThat("both adapters are trained", () -> ground.trained().size() == 2);
        for (String adapter : List.of(KEPT, MOVED)) {
            ground.requireTiled(adapter);
            assertThat(blobs.get(BlobKeys.adapterNumber(adapter, 3))).isEmpty();
        }
        assertThat(ground.trained()).extracting(AdapterVersion::version).containsOnly(2);
        assertThat(ground.trained()).extracting(AdapterVersion::lineage).allMatch(each -> each.samples() == 2);
        assertThat(ground.committed(0)).isEqualTo(2);
        assertThat(ground.committed(1)).isEqualTo(2);
    }

    private static void awaitThat(String what, Callable<Boolean> condition) {
        await().alias(what).atMost(TIMEOUT).until(condition);
    }
}
