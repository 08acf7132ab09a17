// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.training;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.Lineage;
import java.time.Instant;
import java.util.function.Function;

/**
 * A run has started. The record determines the run's offset range: if the trainer fails, another trainer repeats the
 * run with the same range. If several records have the same first offset, the first one counts.
 *
 * @param adapter adapter name
 * @param lineage inputs of the run
 * @param trainerId trainer that started the run
 * @param at time at which the run started
 */
public record TrainingStarted(String adapter, Lineage lineage, String trainerId, Instant at) implements TrainingEvent {
    public TrainingStarted {
        Check.id("adapter", adapter);
        Check.present("lineage", lineage);
        Check.id("trainerId", trainerId);
        Check.present("at", at);
    }

    @Override
    public <R> R match(
            Function<TrainingStarted, R> started,
            Function<TrainingProgressed, R> progressed,
            Function<TrainingFinished, R> finished,
            Function<RouteDecided, R> routeDecided) {
        return started.apply(this);
    }
}
