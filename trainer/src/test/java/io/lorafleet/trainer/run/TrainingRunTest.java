// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.run;

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
import io.lorafleet.trainer.distill.Candidate;
import io.lorafleet.trainer.distill.Distiller;
import io.lorafleet.trainer.distill.RunInputs;
import io.lorafleet.trainer.distill.RunObserver;
import io.lorafleet.trainer.distill.RunRejectedException;
import io.lorafleet.trainer.evaluate.QualityGate;
import io.lorafleet.trainer.feedback.FeedbackArchive;
import io.lorafleet.trainer.publish.Publication;
import io.lorafleet.trainer.publish.VersionStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingRunTest {
    private static final Figures FIGURES = new Figures(0.9, 0.8, null, null);
    private static final RunInputs INPUTS = new RunInputs(
            student("fast", 1), lineage(0, 5), List.of(feedback("a", "fast")), List.of(withdrawn("bob", "fast")));

    @TempDir
    private Path directory;

    private BlobStore blobs;
    private FeedbackArchive archive;
    private boolean cancelled;
    private boolean closed;
    private final List<String> withoutCheckpoints = new ArrayList<>();

    private final RunObserver observer = new RunObserver() {
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
        archive = new FeedbackArchive(blobs, new SimpleMeterRegistry());
    }

    @Test
    void storesTheFileAndItsLineage() throws IOException {
        AdapterVersion version = execute("weights").version().orElseThrow();
        assertThat(blobs.get(BlobKeys.adapter(version.sha256()))).contains("weights".getBytes());
        assertThat(version.version()).isEqualTo(2);
        assertThat(version.sizeBytes()).isEqualTo(7);
        assertThat(version.rank()).isEqualTo(4);
        assertThat(version.guidance()).isEqualTo(5);
        assertThat(version.lineage()).isEqualTo(lineage(0, 5));
        assertThat(version.figures()).isEqualTo(FIGURES);
        assertThat(execute("weights").event()).contains(TrainingFinished.published(version, NOW));
    }

    @Test
    void repeatedRunKeepsItsVersionNumber() throws IOException {
        execute("weights");
        assertThat(execute("weights").version().orElseThrow().version()).isEqualTo(2);
    }

    @Test
    void repeatedRunRepairsItsDamagedFile() throws IOException {
        String key = BlobKeys.adapter(execute("weights").version().orElseThrow().sha256());
        Files.write(directory.resolve(key), new byte[] {1});
        execute("weights");
        assertThat(blobs.get(key)).contains("weights".getBytes());
    }

    @Test
    void skipsReservedVersionNumbers() throws IOException {
        blobs.putIfAbsent(BlobKeys.adapterNumber("fast", 2), "another".getBytes());
        assertThat(execute("weights").version().orElseThrow().version()).isEqualTo(3);
    }

    @Test
    void archivesTheSamplesOfTheRun() throws IOException {
        execute("weights");
        assertThat(archive.before("fast", lineage(5, 9)).standing()).containsExactly(feedback("a", "fast"));
    }

    @Test
    void aRejectedRunHasNoVersion() throws IOException {
        Publication publication = execute("weights", Optional.of("worse"));
        assertThat(publication.version()).isEmpty();
        assertThat(publication.event())
                .contains(TrainingFinished.rejected("fast", lineage(0, 5), "worse", FIGURES, NOW));
        assertThat(blobs.get(BlobKeys.adapterNumber("fast", 2))).isEmpty();
        assertThat(closed).isTrue();
    }

    @Test
    void aRunWithoutACandidateHasNoFigures() throws IOException {
        Publication publication = run((inputs, observer) -> {
                    throw new RunRejectedException("no new feedback");
                })
                .execute(INPUTS, 1, observer);
        assertThat(publication.event())
                .contains(TrainingFinished.rejected("fast", lineage(0, 5), "no new feedback", null, NOW));
        assertThat(archive.before("fast", lineage(5, 9)).standing()).containsExactly(feedback("a", "fast"));
    }

    @Test
    void cancelledRunStoresNothing() throws IOException {
        cancelled = true;
        assertThatThrownBy(() -> execute("weights")).isInstanceOf(CancellationException.class);
        assertThat(blobs.get(BlobKeys.adapterNumber("fast", 2))).isEmpty();
    }

    @Test
    void deletesTheCheckpointsOfOneAdapter() throws IOException {
        run((inputs, observing) -> candidate("weights", Optional.empty())).deleteCheckpoints("fast");
        assertThat(withoutCheckpoints).containsExactly("fast");
    }

    private Publication execute(String weights) throws IOException {
        return execute(weights, Optional.empty());
    }

    private Publication execute(String weights, Optional<String> complaint) throws IOException {
        return run((inputs, observing) -> candidate(weights, complaint)).execute(INPUTS, 1, observer);
    }

    private interface Distilling {
        Candidate distil(RunInputs inputs, RunObserver observer) throws RunRejectedException;
    }

    private TrainingRun run(Distilling distilling) {
        Distiller distiller = new Distiller() {
            @Override
            public String plan() {
                return "plan";
            }

            @Override
            public Candidate distil(RunInputs inputs, RunObserver observing) throws RunRejectedException {
                return distilling.distil(inputs, observing);
            }

            @Override
            public void deleteCheckpoints(String adapter) {
                withoutCheckpoints.add(adapter);
            }
        };
        QualityGate gate = new QualityGate(0, 0, 1, 2, 1);
        return new TrainingRun(distiller, gate, new VersionStore(blobs), archive, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private Candidate candidate(String weights, Optional<String> complaint) {
        return new Candidate() {
            @Override
            public QualityGate.Verdict check(QualityGate gate, RunObserver observing) {
                return new QualityGate.Verdict(FIGURES, complaint);
            }

            @Override
            public byte[] file() {
                return weights.getBytes();
            }

            @Override
            public int rank() {
                return 4;
            }

            @Override
            public void close() {
                closed = true;
            }
        };
    }
}
