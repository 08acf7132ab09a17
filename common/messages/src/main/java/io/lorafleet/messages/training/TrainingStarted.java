// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.training;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.Lineage;
import java.time.Instant;

/**
 * A run begins, and with it the stretch of feedback that it consumes is settled: if its trainer does not finish it,
 * another one takes up the same. The first one for a stretch's beginning counts.
 */
public record TrainingStarted(String adapter, Lineage lineage, String trainerId, Instant at) implements TrainingEvent {
    public TrainingStarted {
        Check.id("adapter", adapter);
        Check.present("lineage", lineage);
        Check.id("trainerId", trainerId);
        Check.present("at", at);
    }
}
