// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.function.Function;

/** The end of a request. Readers use the first record with a given request id and ignore later ones. */
@JsonTypeInfo(
        use = JsonTypeInfo.Id.NAME,
        property = "type",
        visible = true,
        defaultImpl = GenerationFailed.class) // a newer release may have more types; the request has ended all the same
@JsonSubTypes({
    @JsonSubTypes.Type(value = GenerationSucceeded.class, name = "succeeded"),
    @JsonSubTypes.Type(value = GenerationFailed.class, name = GenerationFailed.TYPE),
    @JsonSubTypes.Type(value = GenerationCancelled.class, name = "cancelled"),
    @JsonSubTypes.Type(value = GenerationExpired.class, name = "expired")
})
public sealed interface GenerationFinished
        permits GenerationSucceeded, GenerationFailed, GenerationCancelled, GenerationExpired {
    /** @return the id of the request */
    String requestId();

    /** @return the worker that reported the end */
    String workerId();

    /** @return the time at which the request ended */
    Instant at();

    /** Calls the function for this outcome. Callers must handle every outcome. */
    <R> R match(
            Function<GenerationSucceeded, R> succeeded,
            Function<GenerationFailed, R> failed,
            Function<GenerationCancelled, R> cancelled,
            Function<GenerationExpired, R> expired);
}
