// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import java.time.Instant;
import java.util.function.Function;

/** The request's deadline passed before its images were generated. */
public record GenerationExpired(String requestId, String workerId, Instant at) implements GenerationFinished {
    public GenerationExpired {
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
        return expired.apply(this);
    }
}
