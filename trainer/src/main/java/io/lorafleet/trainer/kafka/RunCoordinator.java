// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.messages.training.TrainingStarted;
import io.lorafleet.registry.Adapter;
import io.lorafleet.trainer.distill.RunInputs;
import io.lorafleet.trainer.feedback.FeedbackBuffer;
import io.lorafleet.trainer.feedback.OffsetRange;
import io.lorafleet.trainer.publish.Publication;
import io.lorafleet.trainer.run.TrainingRun;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Starts runs on the training thread, one at a time, and collects their results. It does not publish anything itself:
 * the session writes the publications that this class returns. All methods are called on the polling thread.
 */
final class RunCoordinator implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(RunCoordinator.class);

    private final TrainerSettings settings;
    private final TrainingRun training;
    private final Executor trainingThread;
    private final Watchdog watchdog;
    private final TopicReplay replay;
    private final EventPublisher events;
    private final TrainerMetrics metrics;
    private final Clock clock;
    private final RetryDelays delays;
    private final Map<String, Failure> failures = new HashMap<>();
    private @Nullable CurrentRun current;

    private record Failure(TopicPartition partition, String reason) {}

    RunCoordinator(
            TrainerSettings settings,
            TrainingRun training,
            Executor trainingThread,
            Watchdog watchdog,
            TopicReplay replay,
            EventPublisher events,
            TrainerMetrics metrics,
            Clock clock) {
        this.settings = settings;
        this.training = training;
        this.trainingThread = trainingThread;
        this.watchdog = watchdog;
        this.replay = replay;
        this.events = events;
        this.metrics = metrics;
        this.clock = clock;
        this.delays = new RetryDelays(settings.maxRetryPause());
    }

    /** A run's result, which is ready to be published. */
    record FinishedRun(TopicPartition partition, RunInputs inputs, Publication publication) {}

    /** Starts the next run, if no run is in progress and a partition has enough feedback. */
    void startNext(Map<TopicPartition, FeedbackBuffer> buffers) {
        if (current != null) {
            return;
        }
        Instant now = clock.instant();
        for (Map.Entry<TopicPartition, FeedbackBuffer> entry : buffers.entrySet()) {
            if (due(entry.getValue(), now).isPresent()) {
                replay.catchUp(); // the version that the samples refer to may be new
                due(entry.getValue(), now).ifPresent(range -> start(entry.getKey(), entry.getValue(), range));
                return;
            }
        }
    }

    private Optional<OffsetRange> due(FeedbackBuffer buffer, Instant now) {
        return buffer.due(settings.readiness(), now, adapter -> mayRun(adapter, now));
    }

    /** No run starts while a canary of the adapter is open, because the next version's parent is still undecided. */
    private boolean mayRun(String adapter, Instant now) {
        return delays.isOver(adapter, now) && replay.canaries().open(adapter).isEmpty();
    }

    private void start(TopicPartition partition, FeedbackBuffer buffer, OffsetRange range) {
        Optional<AdapterVersion> parent = parent(range);
        if (parent.isPresent() && !settings.trains().test(parent.get())) {
            buffer.forget(range.adapter(), range.toOffset()); // trainers of the adapter's base also read this topic
            return;
        }
        if (parent.isEmpty() || parent.get().kind() != AdapterVersion.Kind.STUDENT) {
            LOG.warnf(
                    "Skipped %d samples of adapter %s: %s",
                    range.samples().size(),
                    range.adapter(),
                    parent.isEmpty()
                            ? "the adapter has no version"
                            : "the adapter is a style, and only students are trained");
            buffer.forget(range.adapter(), range.toOffset());
            return;
        }
        RunInputs inputs = RunInputs.of(parent.get(), range, training.plan());
        if (!inputs.lineage().equals(range.inProgress())) {
            events.started(new TrainingStarted(inputs.adapter(), inputs.lineage(), settings.id(), clock.instant()));
            replay.catchUp();
            if (replay.consumed().isBusyElsewhere(inputs.adapter(), range.partition())) {
                LOG.infof("Postponed a run of adapter %s: a run on another partition started first", inputs.adapter());
                return;
            }
        }
        LOG.infof(
                "Started a run of %s with %d samples",
                parent.get().pinned(), range.samples().size());
        current = new CurrentRun(
                partition,
                inputs,
                replay.registry().adapter(inputs.adapter()).lastNumber(),
                training,
                watchdog,
                events,
                metrics,
                clock);
        trainingThread.execute(current);
    }

    /**
     * An unfinished run keeps its parent, unless the parent was retired (for example, because its file is lost). A new
     * run starts from the current version.
     */
    private Optional<AdapterVersion> parent(OffsetRange range) {
        Adapter adapter = replay.registry().adapter(range.adapter());
        return Optional.ofNullable(range.inProgress())
                .flatMap(inProgress -> adapter.usable(inProgress.parent()))
                .or(adapter::current);
    }

    /**
     * Returns the same result on every call until {@link #published} is called. A failed run has no result, and is
     * scheduled for a retry.
     */
    Optional<FinishedRun> finished() {
        if (current == null || !current.isDone()) {
            return Optional.empty();
        }
        RunInputs inputs = current.inputs();
        Optional<Publication> publication = current.publication();
        if (publication.isEmpty()) {
            failed(current);
            current = null;
            return Optional.empty();
        }
        return Optional.of(new FinishedRun(current.partition(), inputs, publication.get()));
    }

    private void failed(CurrentRun run) {
        String adapter = run.inputs().adapter();
        Duration delay = delays.failed(adapter, clock.instant());
        LOG.warnf("The run of adapter %s will be retried in %d s: %s", adapter, delay.toSeconds(), run.failure());
        metrics.failed();
        failures.put(adapter, new Failure(run.partition(), run.failure()));
    }

    /** @return the adapters whose latest run failed and will be retried, and the reasons */
    Map<String, String> failures() {
        Map<String, String> reasons = new TreeMap<>();
        failures.forEach((adapter, failure) -> reasons.put(adapter, failure.reason()));
        return reasons;
    }

    /** Ends a run after its result has been published, and deletes the adapter's checkpoints. */
    void published(FinishedRun run) {
        String adapter = run.inputs().adapter();
        run.publication().event().ifPresent(event -> {
            metrics.finished(event);
            LOG.infof("Finished the run of adapter %s: %s", adapter, outcome(event));
        });
        current = null;
        delays.succeeded(adapter);
        failures.remove(adapter);
        try {
            training.deleteCheckpoints(adapter);
        } catch (IOException e) {
            LOG.warnf("Cannot delete the checkpoints of adapter %s: %s", adapter, e);
        }
    }

    private static String outcome(TrainingFinished event) {
        return Objects.requireNonNullElseGet(
                event.reason(), () -> "published " + event.adapter() + "@" + event.version());
    }

    /** Cancels the run of a partition that this trainer has lost. The new owner resumes the run. */
    void revoke(TopicPartition partition) {
        failures.values().removeIf(failure -> failure.partition().equals(partition));
        if (current != null && current.partition().equals(partition)) {
            LOG.infof(
                    "Cancelled the run of adapter %s: its partition was assigned to another trainer",
                    current.inputs().adapter());
            current.cancel();
            current = null;
        }
    }

    @Override
    public void close() {
        if (current != null) {
            current.cancel();
        }
    }
}
