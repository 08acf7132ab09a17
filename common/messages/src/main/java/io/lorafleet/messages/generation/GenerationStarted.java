// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import java.time.Instant;
import java.util.function.Function;

/** A worker started an attempt at the request. There is one record per attempt. */
public record GenerationStarted(String requestId, String workerId, Instant at) implements GenerationProgress {
    public GenerationStarted {
        Check.id("requestId", requestId);
        Check.id("workerId", workerId);
        Check.present("at", at);
    }

    @Override
    public <R> R match(Function<GenerationStarted, R> started, Function<StepDone, R> stepDone) {
        return started.apply(this);
    }
}
