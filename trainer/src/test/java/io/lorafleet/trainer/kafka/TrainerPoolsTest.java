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
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Two trainers of different pools, which read the feedback on the adapters of both bases. */
class TrainerPoolsTest {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String SMALL = "ab".repeat(32);
    private static final String LARGE = "cd".repeat(32);

    @TempDir
    private Path storage;

    private BlobStore blobs;
    private TrainingGround ground;

    @BeforeEach
    void provide() throws Exception {
        blobs = new DirectoryBlobStore(storage);
        ground = new TrainingGround(BROKER.broker(), blobs);
        ground.publish(student("small", 1, SMALL));
        ground.publish(student("large", 1, LARGE));
    }

    @AfterEach
    void close() {
        ground.close();
    }

    @Test
    void eachTrainerTrainsTheAdaptersOfItsBase() {
        FakeDistiller ofSmall = FakeDistiller.quick(blobs);
        ground.joinPool("small", SMALL);
        ground.trainer(ofSmall);
        FakeDistiller ofLarge = FakeDistiller.quick(blobs);
        ground.joinPool("large", LARGE);
        ground.trainer(ofLarge);

        ground.give(feedback("a", "small"), feedback("b", "large"), feedback("c", "small"), feedback("d", "large"));

        awaitThat("both adapters are trained", () -> ground.trained().size() == 2);
        assertThat(ofSmall.inputs()).extracting(RunInputs::adapter).containsExactly("small");
        assertThat(ofLarge.inputs()).extracting(RunInputs::adapter).containsExactly("large");
        ground.requireTiled("small");
        ground.requireTiled("large");
        assertThat(ground.trained()).extracting(AdapterVersion::lineage).allMatch(lineage -> lineage.samples() == 2);
        awaitThat(
                "both groups have committed all feedback",
                () -> ground.committed("small", 0) == 4 && ground.committed("large", 0) == 4);
    }

    private static void awaitThat(String what, Callable<Boolean> condition) {
        await(what).atMost(TIMEOUT).until(condition);
    }
}
