// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.training;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.Lineage;
import java.time.Instant;
import java.util.function.Function;

/**
 * Progress of a run. Trainers report only some steps.
 *
 * @param adapter adapter name
 * @param lineage inputs of the run
 * @param step number of completed optimizer steps
 * @param steps total number of optimizer steps
 * @param loss loss of the last step
 * @param missing loss relative to that of the base without guidance: 0 for a student identical to the guided teacher
 * @param at time of the report
 */
public record TrainingProgressed(
        String adapter, Lineage lineage, int step, int steps, double loss, double missing, Instant at)
        implements TrainingEvent {
    public TrainingProgressed {
        Check.id("adapter", adapter);
        Check.present("lineage", lineage);
        Check.range("steps", 1, Integer.MAX_VALUE, steps);
        Check.range("step", 0, steps, step);
        Check.range("loss", 0, Double.MAX_VALUE, loss);
        Check.range("missing", 0, Double.MAX_VALUE, missing);
        Check.present("at", at);
    }

    @Override
    public <R> R match(
            Function<TrainingStarted, R> started,
            Function<TrainingProgressed, R> progressed,
            Function<TrainingFinished, R> finished,
            Function<RouteDecided, R> routeDecided) {
        return progressed.apply(this);
    }
}
