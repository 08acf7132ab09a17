// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;

/** How a request ended. Readers take the first one for a request id and drop any other. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = GenerationSucceeded.class, name = "succeeded"),
    @JsonSubTypes.Type(value = GenerationFailed.class, name = "failed"),
    @JsonSubTypes.Type(value = GenerationCancelled.class, name = "cancelled"),
    @JsonSubTypes.Type(value = GenerationExpired.class, name = "expired")
})
public sealed interface GenerationFinished
        permits GenerationSucceeded, GenerationFailed, GenerationCancelled, GenerationExpired {
    String requestId();

    String workerId();

    Instant at();
}
