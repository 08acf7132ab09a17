// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.messages.Check;
import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.Figures;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run has ended, and its feedback is consumed. It stands in one transaction with the version and with the offsets.
 *
 * @param version what was published; null if it was rejected
 * @param reason why it was rejected, for people; null if it was published
 * @param figures of the gate; null if the run did not come that far
 */
public record TrainingFinished(
        String adapter,
        Lineage lineage,
        Outcome outcome,
        @Nullable Integer version,
        @Nullable String reason,
        @Nullable Figures figures,
        Instant at)
        implements TrainingEvent {

    /** How a run ended. */
    public enum Outcome {
        @JsonProperty("published")
        PUBLISHED,
        @JsonProperty("rejected")
        REJECTED
    }

    public TrainingFinished {
        Check.id("adapter", adapter);
        Check.present("lineage", lineage);
        if (Check.present("outcome", outcome) == Outcome.PUBLISHED) {
            Check.range("version", 1, Integer.MAX_VALUE, Check.present("version", version));
        } else {
            Check.present("reason", reason);
        }
        Check.present("at", at);
    }

    public static TrainingFinished published(AdapterVersion version, Instant at) {
        return new TrainingFinished(
                version.name(),
                Check.present("lineage", version.lineage()),
                Outcome.PUBLISHED,
                version.version(),
                null,
                version.figures(),
                at);
    }

    /** @param figures null if the run did not come that far */
    public static TrainingFinished rejected(
            String adapter, Lineage lineage, String reason, @Nullable Figures figures, Instant at) {
        return new TrainingFinished(adapter, lineage, Outcome.REJECTED, null, reason, figures, at);
    }
}
