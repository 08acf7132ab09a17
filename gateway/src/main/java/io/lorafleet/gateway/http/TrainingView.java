// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.training.Training;
import io.lorafleet.messages.Figures;
import io.lorafleet.messages.RouteDecided;
import io.lorafleet.messages.TrainingFinished.Outcome;
import io.lorafleet.messages.TrainingProgressed;
import java.time.Instant;
import java.util.List;

/**
 * A training as clients see it.
 *
 * @param state running, published or rejected
 * @param parent the version that it goes on from
 * @param samples of feedback that it learns from
 * @param steps of the optimiser in all; absent until the first is told
 * @param progress from its first steps on, not all of them
 * @param version what was published; absent if nothing was
 * @param reason why it was rejected; absent unless it was
 * @param figures of the version beside its parent; absent unless they were measured
 * @param decisions about the adapter's route, the latest ones
 */
record TrainingView(
        String adapter,
        String state,
        int parent,
        int samples,
        String trainerId,
        Instant startedAt,
        Instant finishedAt,
        Integer steps,
        List<Point> progress,
        Integer version,
        String reason,
        Figures figures,
        List<Decision> decisions) {

    /** @param missing of what guidance makes out: 0 for a student that is the guided base, 1 for the base without it */
    record Point(int step, double loss, double missing, Instant at) {
        static Point of(TrainingProgressed event) {
            return new Point(event.step(), event.loss(), event.missing(), event.at());
        }
    }

    /** @param version that is on trial @param against the stable one */
    record Decision(RouteDecided.Decision decision, int version, int against, String reason, Instant at) {
        static Decision of(RouteDecided event) {
            return new Decision(event.decision(), event.version(), event.against(), event.reason(), event.at());
        }
    }

    static TrainingView of(Training training) {
        List<TrainingProgressed> progress = training.progress();
        boolean ended = training.finished() != null;
        return new TrainingView(
                training.adapter(),
                !ended ? "running" : training.finished().outcome() == Outcome.PUBLISHED ? "published" : "rejected",
                training.lineage().parent(),
                training.lineage().samples(),
                training.started().trainerId(),
                training.started().at(),
                ended ? training.finished().at() : null,
                progress.isEmpty() ? null : progress.get(progress.size() - 1).steps(),
                progress.stream().map(Point::of).toList(),
                ended ? training.finished().version() : null,
                ended ? training.finished().reason() : null,
                ended ? training.finished().figures() : null,
                training.decisions().stream().map(Decision::of).toList());
    }
}
