// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the gateway says of a generation; the part of it that is used here. */
public record GenerationStatus(
        String id,
        Status status,
        List<Image> images,
        @Nullable Failure failure,
        @Nullable Duration elapsed,
        @Nullable Long unetEvaluations) {

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

    /** @param url of the PNG, relative to the gateway */
    public record Image(int index, long seed, String url) {}

    public record Failure(String reason, String detail) {}

    boolean isFinished() {
        return status != Status.QUEUED && status != Status.RUNNING;
    }
}
