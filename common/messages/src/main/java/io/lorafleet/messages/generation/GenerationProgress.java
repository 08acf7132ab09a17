// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What a worker says of a request while it computes. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = GenerationStarted.class, name = "started"),
    @JsonSubTypes.Type(value = StepDone.class, name = "step")
})
public sealed interface GenerationProgress permits GenerationStarted, StepDone {
    String requestId();
}
