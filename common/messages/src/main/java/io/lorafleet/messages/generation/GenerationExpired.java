// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import java.time.Instant;

/** The request's deadline passed before its images were generated. */
public record GenerationExpired(String requestId, String workerId, Instant at) implements GenerationFinished {
    public GenerationExpired {
        Check.id("requestId", requestId);
        Check.id("workerId", workerId);
        Check.present("at", at);
    }
}
