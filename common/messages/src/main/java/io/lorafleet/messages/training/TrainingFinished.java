// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.messages.Check;
import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.Figures;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A run has finished, and its feedback has been consumed. The record is written in the same transaction as the new
 * version and the committed offsets.
 *
 * @param adapter adapter name
 * @param lineage inputs of the run
 * @param outcome outcome of the run
 * @param version published version; null if the result was rejected
 * @param reason human-readable reason for the rejection; null if the result was published
 * @param at time at which the run finished
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

    /** The outcomes of a run. */
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

    /** @return the event for a run whose result was published */
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

    /** @param figures figures of the quality gate; null if the run ended before the quality gate */
    public static TrainingFinished rejected(
            String adapter, Lineage lineage, String reason, @Nullable Figures figures, Instant at) {
        return new TrainingFinished(adapter, lineage, Outcome.REJECTED, null, reason, figures, at);
    }

    @Override
    public <R> R match(
            Function<TrainingStarted, R> started,
            Function<TrainingProgressed, R> progressed,
            Function<TrainingFinished, R> finished,
            Function<RouteDecided, R> routeDecided) {
        return finished.apply(this);
    }
}
