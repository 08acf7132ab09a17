// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.fleet;

import io.lorafleet.gateway.training.AdapterTraining;
import io.lorafleet.messages.adapter.Figures;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.messages.training.TrainingFinished.Outcome;
import io.lorafleet.messages.training.TrainingProgressed;
import io.lorafleet.messages.training.TrainingStarted;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A training run in the API.
 *
 * @param state state of the run: running, published or rejected
 * @param parent the version from which the run starts
 * @param samples number of feedback samples
 * @param steps total number of optimizer steps; absent before the first progress event
 * @param progress a sample of the progress events, ordered by step
 * @param version the published version, if any
 * @param reason reason for the rejection; absent if the run was not rejected
 * @param figures quality of the new version and its parent; absent if not measured
 * @param decisions the latest decisions about the adapter's route
 */
record TrainingView(
        String adapter,
        String state,
        int parent,
        int samples,
        String trainerId,
        Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Integer steps,
        List<Point> progress,
        @Nullable Integer version,
        @Nullable String reason,
        @Nullable Figures figures,
        List<Decision> decisions) {

    /**
     * @param missing share of the guidance effect that the student still lacks: 0 for the guided base, 1 for the base
     *     without guidance
     */
    record Point(int step, double loss, double missing, Instant at) {
        static Point of(TrainingProgressed event) {
            return new Point(event.step(), event.loss(), event.missing(), event.at());
        }
    }

    /**
     * @param version the canary
     * @param against the stable version, with which the canary is compared
     */
    record Decision(RouteDecided.Decision decision, int version, int against, String reason, Instant at) {
        static Decision of(RouteDecided event) {
            return new Decision(event.decision(), event.version(), event.against(), event.reason(), event.at());
        }
    }

    static TrainingView of(AdapterTraining training) {
        List<TrainingProgressed> progress = training.progress();
        TrainingStarted started = Objects.requireNonNull(training.started(), "the run has not started");
        TrainingFinished finished = training.finished();
        return new TrainingView(
                training.adapter(),
                finished == null ? "running" : finished.outcome() == Outcome.PUBLISHED ? "published" : "rejected",
                started.lineage().parent(),
                started.lineage().samples(),
                started.trainerId(),
                started.at(),
                finished == null ? null : finished.at(),
                progress.isEmpty() ? null : progress.get(progress.size() - 1).steps(),
                progress.stream().map(Point::of).toList(),
                finished == null ? null : finished.version(),
                finished == null ? null : finished.reason(),
                finished == null ? null : finished.figures(),
                training.decisions().stream().map(Decision::of).toList());
    }
}
