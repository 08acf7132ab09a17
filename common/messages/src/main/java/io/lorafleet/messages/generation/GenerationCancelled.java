// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import java.time.Instant;
import java.util.function.Function;

/** A {@link CancelGeneration} ended the request. */
public record GenerationCancelled(String requestId, String workerId, Instant at) implements GenerationFinished {
    public GenerationCancelled {
        Check.id("requestId", requestId);
        Check.id("workerId", workerId);
        Check.present("at", at);
    }

    @Override
    public <R> R match(
            Function<GenerationSucceeded, R> succeeded,
            Function<GenerationFailed, R> failed,
            Function<GenerationCancelled, R> cancelled,
            Function<GenerationExpired, R> expired) {
        return cancelled.apply(this);
    }
}
