// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.messages.Check;
import java.time.Instant;

/**
 * The request cannot be done, and will not be tried again.
 *
 * @param detail for people: what was expected and what was found. Never quotes the prompt
 */
public record GenerationFailed(String requestId, String workerId, Instant at, Reason reason, String detail)
        implements GenerationFinished {
    public GenerationFailed {
        Check.id("requestId", requestId);
        Check.id("workerId", workerId);
        Check.present("at", at);
        Check.present("reason", reason);
        Check.present("detail", detail);
    }

    /** What kind of failure it was, for programs. */
    public enum Reason {
        /** The record is no valid {@link GenerateImage}, or asks for what the resident model cannot do. */
        @JsonProperty("invalid-request")
        INVALID_REQUEST,
        /** The adapter's weights are missing, damaged, or made for another base model. */
        @JsonProperty("adapter-unusable")
        ADAPTER_UNUSABLE,
        /** The init image is missing, damaged, or no image that can be read. */
        @JsonProperty("init-image-unusable")
        INIT_IMAGE_UNUSABLE,
        /** Workers began the request as often as they may, and none finished it. */
        @JsonProperty("attempts-exhausted")
        ATTEMPTS_EXHAUSTED
    }
}
