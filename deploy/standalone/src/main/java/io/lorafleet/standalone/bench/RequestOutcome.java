// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What became of a request. */
sealed interface RequestOutcome {
    TracedRequest request();

    /**
     * There is an image.
     *
     * @param request as it was sent, with what the gateway chose
     * @param due when it should have been sent, from which its times count
     */
    record Served(TracedRequest request, Instant due, GenerationState state) implements RequestOutcome {
        Duration latency() {
            return Duration.between(due, state.finishedAt());
        }

        /** @return until a worker began; null if the gateway had not read that yet */
        @Nullable
        Duration queued() {
            return state.startedAt() == null ? null : Duration.between(due, state.startedAt());
        }
    }

    /** There is none. @param noWorker because no worker has come up yet */
    record Failed(TracedRequest request, String reason, boolean noWorker) implements RequestOutcome {}
}
