// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.client.GenerationStatus;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The outcome of a request. */
sealed interface RequestOutcome {
    TracedRequest request();

    /**
     * The request succeeded.
     *
     * @param request the request with the values that the gateway chose
     * @param due the scheduled time, from which latency is measured
     */
    record Served(TracedRequest request, Instant due, GenerationStatus status) implements RequestOutcome {
        /** @return {@code NAME@VERSION} of the adapter that the gateway chose, or null */
        @Nullable
        String adapter() {
            return AdapterNames.of(status);
        }

        Duration latency() {
            return Duration.between(due, status.finishedAt());
        }

        /**
         * @return the time from the scheduled time until a worker started the request; null if the gateway reports no
         *     start time
         */
        @Nullable
        Duration queued() {
            return status.startedAt() == null ? null : Duration.between(due, status.startedAt());
        }
    }

    /**
     * The request failed.
     *
     * @param noWorker whether it failed because no worker was ready
     */
    record Failed(TracedRequest request, String reason, boolean noWorker) implements RequestOutcome {}
}
