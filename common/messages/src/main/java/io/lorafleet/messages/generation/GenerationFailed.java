// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.messages.Check;
import java.time.Instant;
import java.util.function.Function;

/**
 * The request failed and will not be retried.
 *
 * @param requestId id of the request
 * @param workerId worker that reported the failure
 * @param at time of the failure
 * @param reason machine-readable reason
 * @param detail human-readable reason, which never quotes the prompt
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

    /** The kinds of failure. */
    public enum Reason {
        /** The record is not a valid {@link GenerateImage}, or the resident model does not support it. */
        @JsonProperty("invalid-request")
        INVALID_REQUEST,
        /** The adapter's weights are missing, corrupt, or made for another base. */
        @JsonProperty("adapter-unusable")
        ADAPTER_UNUSABLE,
        /** The init image is missing, corrupt, or not a supported image file. */
        @JsonProperty("init-image-unusable")
        INIT_IMAGE_UNUSABLE,
        /** Workers used up all attempts without finishing the request. */
        @JsonProperty("attempts-exhausted")
        ATTEMPTS_EXHAUSTED
    }

    @Override
    public <R> R match(
            Function<GenerationSucceeded, R> succeeded,
            Function<GenerationFailed, R> failed,
            Function<GenerationCancelled, R> cancelled,
            Function<GenerationExpired, R> expired) {
        return failed.apply(this);
    }
}
