// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.training.TrainingProgressed;
import io.lorafleet.trainer.distill.RunInputs;
import io.lorafleet.trainer.distill.RunObserver;
import io.lorafleet.trainer.publish.Publication;
import io.lorafleet.trainer.run.TrainingRun;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A run on the training thread, with the state that the polling thread reads. */
final class CurrentRun implements Runnable, RunObserver {
    private static final Logger LOG = Logger.getLogger(CurrentRun.class);
    static final String THREAD = "training";

    private static final Duration REPORT_INTERVAL = Duration.ofSeconds(5);

    private final TopicPartition partition;
    private final RunInputs inputs;
    private final int lastNumber;
    private final TrainingRun training;
    private final Watchdog watchdog;
    private final EventPublisher events;
    private final TrainerMetrics metrics;
    private final Clock clock;
    private Instant lastReport = Instant.EPOCH;
    private volatile boolean cancelled;
    private volatile boolean done;
    private volatile @Nullable Publication publication;
    private volatile String failure = "";

    /** @param lastNumber the adapter's highest version number */
    CurrentRun(
            TopicPartition partition,
            RunInputs inputs,
            int lastNumber,
            TrainingRun training,
            Watchdog watchdog,
            EventPublisher events,
            TrainerMetrics metrics,
            Clock clock) {
        this.partition = partition;
        this.inputs = inputs;
        this.lastNumber = lastNumber;
        this.training = training;
        this.watchdog = watchdog;
        this.events = events;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public void run() {
        if (cancelled) {
            return;
        }
        metrics.running(true);
        watchdog.progressed(THREAD);
        try {
            publication = training.execute(inputs, lastNumber, this);
        } catch (IOException e) {
            failure = String.valueOf(e.getMessage());
        } catch (RuntimeException | Error e) {
            failure = e.toString();
            if (!cancelled) {
                LOG.errorf(e, "The run of adapter %s failed", inputs.adapter());
            }
        } finally {
            watchdog.idle(THREAD);
            metrics.running(false);
            done = true;
        }
    }

    @Override
    public void stepped(int step, int steps, double loss, double missing) {
        metrics.stepped(loss);
        Instant now = clock.instant();
        boolean isTime = !lastReport.plus(REPORT_INTERVAL).isAfter(now);
        if (isTime && !cancelled && Double.isFinite(missing)) {
            lastReport = now;
            report(new TrainingProgressed(inputs.adapter(), inputs.lineage(), step, steps, loss, missing, now));
        }
    }

    /** Sends a progress event. The run continues if this fails. */
    private void report(TrainingProgressed event) {
        try {
            events.progressed(event);
        } catch (RuntimeException e) {
            LOG.debugf("Cannot publish the progress of the run of adapter %s: %s", inputs.adapter(), e);
        }
    }

    void cancel() {
        cancelled = true;
    }

    /** The run calls this between any two steps. */
    @Override
    public boolean isCancelled() {
        watchdog.progressed(THREAD);
        return cancelled;
    }

    boolean isDone() {
        return done;
    }

    /** @return the publication; empty if the run failed */
    Optional<Publication> publication() {
        return Optional.ofNullable(publication);
    }

    /** @return why the run failed */
    String failure() {
        return failure;
    }

    TopicPartition partition() {
        return partition;
    }

    RunInputs inputs() {
        return inputs;
    }
}
