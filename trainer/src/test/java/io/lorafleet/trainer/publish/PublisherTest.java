// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.publish;

import static io.lorafleet.trainer.Samples.NOW;
import static io.lorafleet.trainer.Samples.feedback;
import static io.lorafleet.trainer.Samples.lineage;
import static io.lorafleet.trainer.Samples.student;
import static io.lorafleet.trainer.Samples.withdrawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.Figures;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.trainer.distill.RunInputs;
import io.lorafleet.trainer.distill.RunObserver;
import io.lorafleet.trainer.distill.Training;
import io.lorafleet.trainer.feedback.FeedbackArchive;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublisherTest {
    private static final Figures FIGURES = new Figures(0.9, 0.8, null, null);
    private static final RunInputs ORDER = new RunInputs(
            student("fast", 1), lineage(0, 5), List.of(feedback("a", "fast")), List.of(withdrawn("bob", "fast")));

    @TempDir
    private Path directory;

    private BlobStore blobs;
    private FeedbackArchive archive;
    private boolean cancelled;

    private final RunObserver watch = new RunObserver() {
        @Override
        public void stepped(int step, int steps, double loss, double missing) {}

        @Override
        public boolean isCancelled() {
            return cancelled;
        }
    };

    @BeforeEach
    void open() throws IOException {
        blobs = new DirectoryBlobStore(directory);
        archive = new FeedbackArchive(blobs);
    }

    @Test
    void storesTheFileAndSaysWhatItWasMadeFrom() throws IOException {
        AdapterVersion version = prepare("weights").version().orElseThrow();
        assertThat(blobs.get(BlobKeys.adapter(version.sha256()))).contains("weights".getBytes());
        assertThat(version.version()).isEqualTo(2);
        assertThat(version.sizeBytes()).isEqualTo(7);
        assertThat(version.rank()).isEqualTo(4);
        assertThat(version.guidance()).isEqualTo(5);
        assertThat(version.lineage()).isEqualTo(lineage(0, 5));
        assertThat(version.figures()).isEqualTo(FIGURES);
        assertThat(prepare("weights").event()).contains(TrainingFinished.published(version, NOW));
    }

    @Test
    void takesTheNumberThatItTookBeforeItWasKilled() throws IOException {
        prepare("weights");
        assertThat(prepare("weights").version().orElseThrow().version()).isEqualTo(2);
    }

    @Test
    void passesOverTheNumbersOfOthers() throws IOException {
        blobs.putIfAbsent(BlobKeys.adapterNumber("fast", 2), "another".getBytes());
        assertThat(prepare("weights").version().orElseThrow().version()).isEqualTo(3);
    }

    @Test
    void keepsWhatTheRunHasConsumed() throws IOException {
        prepare("weights");
        assertThat(archive.before("fast", lineage(5, 9)).standing()).containsExactly(feedback("a", "fast"));
    }

    @Test
    void aRejectedRunHasNoVersion() throws IOException {
        Publication publication =
                publisher(new Training.Result.Rejected("worse", FIGURES)).prepare(ORDER, 1, watch);
        assertThat(publication.version()).isEmpty();
        assertThat(publication.event())
                .contains(TrainingFinished.rejected("fast", lineage(0, 5), "worse", FIGURES, NOW));
        assertThat(blobs.get(BlobKeys.adapterNumber("fast", 2))).isEmpty();
    }

    @Test
    void aCancelledRunLeavesNothingBehind() throws IOException {
        cancelled = true;
        assertThatThrownBy(() -> prepare("weights")).isInstanceOf(CancellationException.class);
        assertThat(blobs.get(BlobKeys.adapterNumber("fast", 2))).isEmpty();
    }

    private Publication prepare(String weights) throws IOException {
        return publisher(new Training.Result.Trained(weights.getBytes(), 4, FIGURES))
                .prepare(ORDER, 1, watch);
    }

    private Publisher publisher(Training.Result result) {
        Training training = new Training() {
            @Override
            public String plan() {
                return "plan";
            }

            @Override
            public Result make(RunInputs order, RunObserver watching) {
                return result;
            }

            @Override
            public void clear(String adapter) {}
        };
        return new Publisher(training, blobs, archive, Clock.fixed(NOW, ZoneOffset.UTC));
    }
}
