// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A generation in a gateway response. Fields that the command line does not use are omitted.
 *
 * @param step number of completed steps, over all images; null if an older gateway sent the response
 * @param steps total number of steps for all images; null if an older gateway sent the response
 * @param request the request with the values that the gateway chose
 * @param acceptedAt time of acceptance according to the gateway's clock; null if the gateway no longer has the request
 * @param startedAt start time according to the worker's clock; null if the gateway has no start time
 * @param finishedAt end time according to the worker's clock; null until the generation has finished
 */
public record GenerationStatus(
        String id,
        Status status,
        @Nullable Integer step,
        @Nullable Integer steps,
        @Nullable JsonNode request,
        List<Image> images,
        @Nullable Failure failure,
        @Nullable Duration elapsed,
        @Nullable Long unetEvaluations,
        @Nullable Instant acceptedAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Tokens tokens) {
    public enum Status {
        @JsonProperty("queued")
        QUEUED,
        @JsonProperty("running")
        RUNNING,
        @JsonProperty("succeeded")
        SUCCEEDED,
        @JsonProperty("failed")
        FAILED,
        @JsonProperty("cancelled")
        CANCELLED,
        @JsonProperty("expired")
        EXPIRED
    }

    /** @param url URL of the PNG, relative to the gateway */
    public record Image(int index, long seed, String url) {}

    public record Failure(String reason, String detail) {}

    /** How many tokens of the prompts were used and cut. @param negativePrompt null without guidance */
    public record Tokens(Count prompt, @Nullable Count negativePrompt) {}

    public record Count(int used, int cut) {}

    public boolean isFinished() {
        return status != Status.QUEUED && status != Status.RUNNING;
    }

    public boolean isSucceeded() {
        return status == Status.SUCCEEDED;
    }
}
