// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.generation.state.GenerationPosition;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.generation.AppliedAdapter;
import org.jspecify.annotations.Nullable;

/**
 * The filters for a list of generations.
 *
 * @param status status of the generations; null for any status
 * @param adapter {@code name} or {@code name@version}; null for any adapter
 * @param priority priority of the generations; null for any priority
 * @param limit page size
 * @param after position of the last generation on the previous page; null for the first page
 */
record GenerationListQuery(
        Generation.@Nullable Status status,
        @Nullable String adapter,
        @Nullable Priority priority,
        int limit,
        @Nullable GenerationPosition after) {
    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 200;

    /** Parses query parameters; absent parameters are null. */
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
            checks.refuse("after", "the value of next from the previous page", "another value");
            return null;
        }
    }

    boolean wants(Generation generation) {
        return (status == null || generation.status() == status)
                && (priority == null
                        || generation.request() != null && generation.request().priority() == priority)
                && (adapter == null || uses(generation));
    }

    private boolean uses(Generation generation) {
        return generation.request() != null
                && generation.request().adapters().stream()
                        .map(AppliedAdapter::adapter)
                        .anyMatch(each ->
                                each.name().equals(adapter) || each.toString().equals(adapter));
    }
}
