// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.generation.Generation;
import io.lorafleet.gateway.generation.GenerationPosition;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.generation.AppliedAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Which generations a client wants to see.
 *
 * @param status null for any
 * @param adapter name, or name@version; null for any, and for none
 * @param priority null for any
 * @param limit on a page
 * @param after the last one of the page before; null to begin with the newest
 */
record GenerationListQuery(
        Generation.@Nullable Status status,
        @Nullable String adapter,
        @Nullable Priority priority,
        int limit,
        @Nullable GenerationPosition after) {
    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 200;

    /** All as they stand in the URL, null where they do not. */
    static GenerationListQuery of(
            @Nullable String status,
            @Nullable String adapter,
            @Nullable String priority,
            @Nullable String limit,
            @Nullable String after,
            FieldChecks checks) {
        return new GenerationListQuery(
                checks.oneOf("status", Generation.Status.values(), status).orElse(null),
                adapter,
                checks.oneOf("priority", Priority.values(), priority).orElse(null),
                checks.whole("limit", 1, MAX_LIMIT, limit, DEFAULT_LIMIT),
                position(after, checks));
    }

    private static @Nullable GenerationPosition position(@Nullable String after, FieldChecks checks) {
        try {
            return after == null ? null : GenerationPosition.parse(after);
        } catch (IllegalArgumentException e) {
            checks.refuse("after", "what the page before says as next", "something else");
            return null;
        }
    }

    boolean wants(Generation generation) {
        return (status == null || generation.status() == status)
                && (priority == null
                        || generation.request() != null && generation.request().priority() == priority)
                && (adapter == null || drawnBy(generation));
    }

    private boolean drawnBy(Generation generation) {
        return generation.request() != null
                && generation.request().adapters().stream()
                        .map(AppliedAdapter::adapter)
                        .anyMatch(each ->
                                each.name().equals(adapter) || each.toString().equals(adapter));
    }
}
