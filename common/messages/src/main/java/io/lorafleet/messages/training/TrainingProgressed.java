// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.training;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.Lineage;
import java.time.Instant;

/**
 * How far a run has come. Not every step is told.
 *
 * @param step of the optimiser, done
 * @param steps in all
 * @param loss of the last one
 * @param missing the loss in parts of that of the base without guidance: 0 for a student that is the guided base
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
}
