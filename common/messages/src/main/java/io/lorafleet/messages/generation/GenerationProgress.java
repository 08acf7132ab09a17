// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.function.Function;

/** Progress of a request that a worker is processing. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = GenerationStarted.class, name = "started"),
    @JsonSubTypes.Type(value = StepDone.class, name = "step")
})
public sealed interface GenerationProgress permits GenerationStarted, StepDone {
    /** @return the id of the request */
    String requestId();

    /** Applies the function for this kind of progress. Callers must handle every kind. */
    <R> R match(Function<GenerationStarted, R> started, Function<StepDone, R> stepDone);
}
