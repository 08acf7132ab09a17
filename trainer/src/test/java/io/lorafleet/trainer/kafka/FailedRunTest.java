// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static io.lorafleet.trainer.Samples.feedback;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.distillation.TrainingPlan;
import io.lorafleet.distillation.optim.TimestepWeighting;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.training.TrainingStarted;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.trainer.DemoStudent;
import io.lorafleet.trainer.Samples;
import io.lorafleet.trainer.distill.LoraDistiller;
import io.lorafleet.trainer.distill.PromptRules;
import io.lorafleet.trainer.distill.RunSettings;
import io.lorafleet.trainer.feedback.FeedbackArchive;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The parent's file is lost. The run uses the demo model. */
class FailedRunTest {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    private static final Path MODEL = Path.of("../deploy/demo-model");
    private static final Duration TIMEOUT = Duration.ofMinutes(4);

    @TempDir
    private Path storage;

    private BlobStore blobs;
    private TrainingGround ground;
    private AdapterVersion parent;
    private byte[] file;
    private TrainerLoop trainer;

    @BeforeEach
    void loseTheParent() throws Exception {
        blobs = new DirectoryBlobStore(storage);
        ground = new TrainingGround(BROKER.broker(), blobs);
        parent = DemoStudent.store("fast", blobs);
        file = blobs.get(BlobKeys.adapter(parent.sha256())).orElseThrow();
        blobs.delete(BlobKeys.adapter(parent.sha256()));
        ground.publish(parent);
        trainer = ground.trainer(distiller());
        ground.give(
                feedback("a", "fast", "a large red star on a white background", -1),
                feedback("b", "fast", "a small blue ring on a black background", -1));
        await().alias("the run failed")
                .atMost(TIMEOUT)
                .until(() -> ground.finished().size() + trainer.failures().size() > 0);
    }

    @AfterEach
    void close() {
        ground.close();
    }

    @Test
    void keepsItsSamplesUntilTheFileIsUploadedAgain() throws Exception {
        assertThat(ground.finished()).isEmpty();
        assertThat(ground.committed()).isLessThan(1);
        assertThat(trainer.failures())
                .isEqualTo(Map.of(
                        "fast", BlobKeys.adapter(parent.sha256()) + ": expected the file of fast@1, found no blob"));
        blobs.putIfAbsent(BlobKeys.adapter(parent.sha256()), file);
        await().alias("the run finished")
                .atMost(TIMEOUT)
                .until(() -> ground.finished().size() == 1);
        assertThat(ground.finished().get(0).figures()).isNotNull();
        await().alias("the failure is over")
                .atMost(TIMEOUT)
                .until(() -> trainer.failures().isEmpty());
    }

    @Test
    void startsFromTheCurrentVersionIfItsParentIsRetired() throws Exception {
        AdapterVersion next = parent.withNumber(2);
        blobs.putIfAbsent(BlobKeys.adapter(parent.sha256()), new byte[0]);
        ground.publish(next);
        ground.publish(parent.retired(Samples.NOW));
        await().alias("the next run has another parent")
                .atMost(TIMEOUT)
                .until(() -> ground.events().stream()
                        .filter(TrainingStarted.class::isInstance)
                        .map(TrainingStarted.class::cast)
                        .anyMatch(started -> started.lineage().parent() == 2));
    }

    private LoraDistiller distiller() {
        RunSettings settings = new RunSettings(
                new TrainingPlan.Sampling(1, 1, 2, 0.5),
                new TrainingPlan.Optimization(2, 4, 4, 1e-4, 0, 1, 0.99, TimestepWeighting.UNIFORM));
        PromptRules rules = new PromptRules(2, 0.5, 0.3, 10, List.of(), List.of(), 0.2);
        return new LoraDistiller(
                MODEL, 1, blobs, new FeedbackArchive(blobs, new SimpleMeterRegistry()), settings, rules);
    }
}
