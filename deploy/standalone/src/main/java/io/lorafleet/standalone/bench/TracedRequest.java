// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.standalone.client.GenerationStatus;
import io.lorafleet.standalone.client.NewGeneration;
import io.lorafleet.standalone.client.ScaledAdapter;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for one image, as in a {@link TraceFile}.
 *
 * @param offset scheduled time, relative to the start of the run
 * @param adapter {@code NAME} or {@code NAME@VERSION}; null for the base
 * @param guidance guidance scale; a student reproduces the effect of this scale without guidance
 * @param sampler sampler for the request; null for the server's default
 * @param size size of the image; null for the server's default
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

    /** @return this request without an adapter, with offset 0 and interactive priority */
    TracedRequest plain() {
        return new TracedRequest(
                Duration.ZERO, prompt, seed, null, guidance, steps, sampler, size, Priority.INTERACTIVE);
    }

    /** @return the body of a generation request for the same image */
    NewGeneration body() {
        return NewGeneration.of(prompt)
                .adapters(adapter == null ? null : List.of(new ScaledAdapter(adapter, null)))
                .guidanceScale(guidance)
                .steps(steps)
                .sampler(sampler)
                .size(size == null ? null : size.width(), size == null ? null : size.height())
                .seed(seed)
                .priority(priority == Priority.INTERACTIVE ? null : priority)
                .build();
    }

    /** @return this request with the values that the gateway chose, so that another server generates the same image */
    TracedRequest resolved(GenerationStatus generation) {
        if (generation.request() == null) {
            return this;
        }
        Chosen chosen = Json.read(Json.write(generation.request()), Chosen.class);
        return new TracedRequest(
                offset,
                prompt,
                seed,
                adapter,
                guidance,
                steps,
                chosen.sampler() == null ? sampler : chosen.sampler(),
                chosen.width() == null || chosen.height() == null
                        ? size
                        : new Resolution(chosen.width(), chosen.height()),
                priority);
    }

    private record Chosen(
            @Nullable SamplerName sampler,
            @Nullable Integer width,
            @Nullable Integer height) {}
}
