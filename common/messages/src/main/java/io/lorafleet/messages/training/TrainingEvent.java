// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.training;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.function.Function;

/** An event of a training run or of a canary analysis. The record's key is the adapter name. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = TrainingStarted.class, name = "started"),
    @JsonSubTypes.Type(value = TrainingProgressed.class, name = "progressed"),
    @JsonSubTypes.Type(value = TrainingFinished.class, name = "finished"),
    @JsonSubTypes.Type(value = RouteDecided.class, name = "route-decided")
})
public sealed interface TrainingEvent permits TrainingStarted, TrainingProgressed, TrainingFinished, RouteDecided {
    /** @return the adapter name */
    String adapter();

    /** @return the time of the event */
    Instant at();

    /** Applies the function for this kind of event. Callers must handle every kind. */
    <R> R match(
            Function<TrainingStarted, R> started,
            Function<TrainingProgressed, R> progressed,
            Function<TrainingFinished, R> finished,
            Function<RouteDecided, R> routeDecided);
}
