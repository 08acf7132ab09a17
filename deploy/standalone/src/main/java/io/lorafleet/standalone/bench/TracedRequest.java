// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request for one image, as a {@link TraceFile} has it.
 *
 * @param offset when it goes, counted from the beginning
 * @param adapter {@code NAME} or {@code NAME@VERSION}; null for the base alone
 * @param guidance the effective guidance scale: of a student too, which then runs without guidance
 * @param sampler null leaves it to the server
 * @param size null leaves it to the server
 */
public record TracedRequest(
        Duration offset,
        String prompt,
        long seed,
        @Nullable String adapter,
        double guidance,
        int steps,
        @Nullable SamplerName sampler,
        @Nullable Resolution size,
        Priority priority) {

    TracedRequest withOffset(Duration other) {
        return new TracedRequest(other, prompt, seed, adapter, guidance, steps, sampler, size, priority);
    }

    TracedRequest withAdapter(@Nullable String other) {
        return new TracedRequest(offset, prompt, seed, other, guidance, steps, sampler, size, priority);
    }

    /** @return one that needs nothing but the base, goes at once, and waits for nobody */
    TracedRequest plain() {
        return new TracedRequest(
                Duration.ZERO, prompt, seed, null, guidance, steps, sampler, size, Priority.INTERACTIVE);
    }

    /** @return with what the server chose, so that another server draws the same */
    TracedRequest resolved(@Nullable SamplerName usedSampler, @Nullable Resolution usedSize) {
        return new TracedRequest(offset, prompt, seed, adapter, guidance, steps, usedSampler, usedSize, priority);
    }
}
