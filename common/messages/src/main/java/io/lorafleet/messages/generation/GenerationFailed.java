// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.messages.Check;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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
    static final String TYPE = "failed";

    public GenerationFailed {
        Check.id("requestId", requestId);
        Check.id("workerId", workerId);
        Check.present("at", at);
        Check.present("reason", reason);
        Check.present("detail", detail);
    }

    /**
     * @param type value of the JSON field {@code type}; a type from a newer release yields a failure without a known
     *     reason
     */
    @JsonCreator
    static GenerationFailed read(
            @JsonProperty("type") @Nullable String type,
            @JsonProperty("requestId") String requestId,
            @JsonProperty("workerId") String workerId,
            @JsonProperty("at") Instant at,
            @JsonProperty("reason") Reason reason,
            @JsonProperty("detail") String detail) {
        return Check.present("type", type).equals(TYPE)
                ? new GenerationFailed(requestId, workerId, at, reason, detail)
                : new GenerationFailed(requestId, workerId, at, Reason.OTHER, "a result of unknown type");
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
        /** A condition image is missing, corrupt, or not a supported image file. */
        @JsonProperty("condition-image-unusable")
        CONDITION_IMAGE_UNUSABLE,
        /** Workers used up all attempts without finishing the request. */
        @JsonProperty("attempts-exhausted")
        ATTEMPTS_EXHAUSTED,
        /** A reason that only newer releases recognize. */
        @JsonEnumDefaultValue
        @JsonProperty("other")
        OTHER
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
