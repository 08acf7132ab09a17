// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.training;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;

/** What the trainers do with an adapter. The record's key is the adapter's name. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = TrainingStarted.class, name = "started"),
    @JsonSubTypes.Type(value = TrainingProgressed.class, name = "progressed"),
    @JsonSubTypes.Type(value = TrainingFinished.class, name = "finished"),
    @JsonSubTypes.Type(value = RouteDecided.class, name = "route-decided")
})
public sealed interface TrainingEvent permits TrainingStarted, TrainingProgressed, TrainingFinished, RouteDecided {
    String adapter();

    Instant at();
}
