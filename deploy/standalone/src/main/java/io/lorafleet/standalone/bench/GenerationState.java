// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.SamplerName;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway says of a generation; the part of it that is measured.
 *
 * @param startedAt by the worker's clock; null if the gateway does not know
 * @param finishedAt by the worker's clock; null as long as it is not finished
 */
record GenerationState(
        String id,
        String status,
        @Nullable JsonNode request,
        List<Image> images,
        @Nullable Failure failure,
        @Nullable Long unetEvaluations,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt) {

    /** @param url of the PNG, relative to the gateway */
    record Image(int index, long seed, String url) {}

    record Failure(String reason, String detail) {}

    /** What the gateway chose where the client left it open. */
    private record Chosen(
            @Nullable SamplerName sampler,
            @Nullable Integer width,
            @Nullable Integer height) {}

    boolean isFinished() {
        return !Set.of("queued", "running").contains(status);
    }

    boolean succeeded() {
        return status.equals("succeeded");
    }

    /** @return why there are no images, in a few words */
    String reason() {
        return failure == null ? status : failure.reason();
    }

    /** @return {@code NAME@VERSION} of the adapter that the request was pinned to, or null */
    @Nullable
    String adapter() {
        return request == null ? null : AdapterNames.only(request);
    }

    /** @return the request with what the gateway chose */
    TracedRequest resolve(TracedRequest asked) {
        if (request == null) {
            return asked;
        }
        Chosen chosen = Json.read(Json.write(request), Chosen.class);
        Resolution size = chosen.width() == null || chosen.height() == null
                ? asked.size()
                : new Resolution(chosen.width(), chosen.height());
        return asked.resolved(chosen.sampler() == null ? asked.sampler() : chosen.sampler(), size);
    }
}
