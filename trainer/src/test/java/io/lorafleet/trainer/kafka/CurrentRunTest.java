// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static io.lorafleet.trainer.Samples.feedback;
import static io.lorafleet.trainer.Samples.lineage;
import static io.lorafleet.trainer.Samples.student;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.training.TrainingEvent;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.messages.training.TrainingProgressed;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.testkit.StoppedClock;
import io.lorafleet.trainer.distill.Candidate;
import io.lorafleet.trainer.distill.Distiller;
import io.lorafleet.trainer.distill.RunInputs;
import io.lorafleet.trainer.distill.RunObserver;
import io.lorafleet.trainer.distill.RunRejectedException;
import io.lorafleet.trainer.evaluate.QualityGate;
import io.lorafleet.trainer.feedback.FeedbackArchive;
import io.lorafleet.trainer.publish.Publication;
import io.lorafleet.trainer.publish.VersionStore;
import io.lorafleet.trainer.run.TrainingRun;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CurrentRunTest {
    private static final TopicPartition PARTITION = new TopicPartition("feedback.samples", 0);
    private static final RunInputs INPUTS =
            new RunInputs(student("fast", 1), lineage(0, 5), List.of(feedback("a", "fast")), List.of());
    private static final long TIMEOUT_NANOS = 10;
    private static final String NO_CANDIDATE = "no candidate";

    @TempDir
    private Path directory;

    private final StoppedClock clock = new StoppedClock();
    private long nanos;
    private final Watchdog watchdog = new Watchdog(Duration.ofNanos(TIMEOUT_NANOS), () -> nanos);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());

    /** What the training thread does instead of distilling. */
    private interface Work {
        void run(RunObserver observer) throws IOException, RunRejectedException;
    }

    @Test
    void isDoneWithThePublicationOfItsEnd() throws IOException {
        CurrentRun run = run(observer -> {
            throw new RunRejectedException("no new feedback");
        });
        assertThat(run.isDone()).isFalse();
        run.run();
        assertThat(run.isDone()).isTrue();
        assertThat(run.publication())
                .contains(Publication.rejected(
                        TrainingFinished.rejected("fast", lineage(0, 5), "no new feedback", null, clock.instant())));
        assertThat(run.partition()).isEqualTo(PARTITION);
        assertThat(run.inputs()).isEqualTo(INPUTS);
    }

    @Test
    void isDoneWithTheReasonOfItsFailure() throws IOException {
        CurrentRun unavailable = run(observer -> {
            throw new IOException("no disk");
        });
        unavailable.run();
        assertThat(unavailable.isDone()).isTrue();
        assertThat(unavailable.publication()).isEmpty();
        assertThat(unavailable.failure()).isEqualTo("no disk");
        CurrentRun broken = run(observer -> {
            throw new OutOfMemoryError("too large");
        });
        broken.run();
        assertThat(broken.isDone()).isTrue();
        assertThat(broken.publication()).isEmpty();
        assertThat(broken.failure()).isEqualTo("java.lang.OutOfMemoryError: too large");
    }

    @Test
    void publishesNothingAfterItsCancellation() throws IOException {
        CurrentRun[] run = new CurrentRun[1];
        run[0] = run(observer -> {
            run[0].cancel();
            run[0].stepped(1, 2, 0.5, 0.5);
            observer.check();
        });
        run[0].run();
        assertThat(run[0].isDone()).isTrue();
        assertThat(run[0].publication()).isEmpty();
        assertThat(run[0].failure()).contains("CancellationException");
        assertThat(producer.history()).isEmpty();
    }

    @Test
    void doesNotStartAfterItsCancellation() throws IOException {
        CurrentRun run = run(observer -> {
            throw new AssertionError("the partition belongs to another trainer");
        });
        run.cancel();
        run.run();
        assertThat(run.failure()).isEmpty();
    }

    /** The liveness check restarts a trainer with a thread that hangs. */
    @Test
    void hangsWithoutAStepUntilItEnds() throws IOException {
        CurrentRun run = run(observer -> {
            assertThat(running()).isEqualTo(1);
            nanos += TIMEOUT_NANOS + 1;
            assertThat(watchdog.hung()).contains(CurrentRun.THREAD);
            assertThat(observer.isCancelled()).isFalse();
            assertThat(watchdog.hung()).isEmpty();
        });
        run.run();
        assertThat(run.failure()).isEqualTo(NO_CANDIDATE); // and no assertion has failed
        nanos += TIMEOUT_NANOS + 1;
        assertThat(watchdog.hung()).isEmpty();
        assertThat(running()).isZero();
    }

    @Test
    void reportsItsProgressEveryFiveSeconds() throws IOException {
        run(observer -> {
                    observer.stepped(1, 9, 0.5, Double.NaN);
                    observer.stepped(2, 9, 0.5, 0.25);
                    clock.advance(Duration.ofMillis(4999));
                    observer.stepped(3, 9, 0.5, 0.25);
                    clock.advance(Duration.ofMillis(1));
                    observer.stepped(4, 9, 0.5, 0.25);
                })
                .run();
        assertThat(producer.history())
                .extracting(record -> ((TrainingProgressed) Json.read(record.value(), TrainingEvent.class)).step())
                .containsExactly(2, 4);
        assertThat(meters.get("lorafleet.training.steps").counter().count()).isEqualTo(4);
    }

    private double running() {
        return meters.get("lorafleet.training.running").gauge().value();
    }

    /** @param work the run fails if it returns */
    private CurrentRun run(Work work) throws IOException {
        BlobStore blobs = new DirectoryBlobStore(directory);
        TrainingRun training = new TrainingRun(
                new WorkInstead(work),
                new QualityGate(0, 0, 1, 2, 1),
                new VersionStore(blobs),
                new FeedbackArchive(blobs, meters),
                clock);
        return new CurrentRun(
                PARTITION,
                INPUTS,
                1,
                training,
                watchdog,
                new EventPublisher(producer, "", "t1", clock),
                new TrainerMetrics(meters),
                clock);
    }

    private record WorkInstead(Work work) implements Distiller {
        @Override
        public String plan() {
            return "plan";
        }

        @Override
        public Candidate distil(RunInputs inputs, RunObserver observer) throws IOException, RunRejectedException {
            work.run(observer);
            throw new IOException(NO_CANDIDATE);
        }

        @Override
        public void deleteCheckpoints(String adapter) {}
    }
}
