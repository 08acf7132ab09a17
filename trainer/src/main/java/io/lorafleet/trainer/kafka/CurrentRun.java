// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.training.TrainingProgressed;
import io.lorafleet.trainer.distill.RunInputs;
import io.lorafleet.trainer.distill.RunObserver;
import io.lorafleet.trainer.publish.Publication;
import io.lorafleet.trainer.publish.Publisher;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A run on the thread that trains, as the thread that polls sees it. */
final class CurrentRun implements Runnable, RunObserver {
    private static final Logger LOG = Logger.getLogger(CurrentRun.class);
    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(5);

    private final TopicPartition partition;
    private final RunInputs order;
    private final int lastNumber;
    private final Publisher publisher;
    private final EventPublisher announcements;
    private final TrainerMetrics metrics;
    private final Clock clock;
    private Instant lastReport = Instant.EPOCH;
    private volatile boolean cancelled;
    private volatile boolean done;
    private volatile @Nullable Publication publication;

    /** @param lastNumber of the adapter's versions */
    CurrentRun(
            TopicPartition partition,
            RunInputs order,
            int lastNumber,
            Publisher publisher,
            EventPublisher announcements,
            TrainerMetrics metrics,
            Clock clock) {
        this.partition = partition;
        this.order = order;
        this.lastNumber = lastNumber;
        this.publisher = publisher;
        this.announcements = announcements;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public void run() {
        if (cancelled) {
            return;
        }
        metrics.running(true);
        try {
            publication = publisher.prepare(order, lastNumber, this);
        } catch (IOException | RuntimeException | Error e) {
            if (!cancelled) {
                LOG.errorf(e, "a run of %s broke down", order.adapter());
            }
        } finally {
            metrics.running(false);
            done = true;
        }
    }

    @Override
    public void stepped(int step, int steps, double loss, double missing) {
        metrics.stepped(loss);
        Instant now = clock.instant();
        boolean isTime = !lastReport.plus(BETWEEN_REPORTS).isAfter(now);
        if (isTime && !cancelled && Double.isFinite(missing)) {
            lastReport = now;
            report(new TrainingProgressed(order.adapter(), order.lineage(), step, steps, loss, missing, now));
        }
    }

    /** Nothing depends on it. */
    private void report(TrainingProgressed event) {
        try {
            announcements.progressed(event);
        } catch (RuntimeException e) {
            LOG.debugf("nobody hears how far a run of %s is: %s", order.adapter(), e);
        }
    }

    void cancel() {
        cancelled = true;
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    boolean isDone() {
        return done;
    }

    /** @return what is to be published; nothing if the run broke down */
    Optional<Publication> publication() {
        return Optional.ofNullable(publication);
    }

    TopicPartition partition() {
        return partition;
    }

    RunInputs order() {
        return order;
    }
}
