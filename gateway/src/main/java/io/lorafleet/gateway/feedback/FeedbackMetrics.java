// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

/**
 * Counts feedback samples. Each sample is counted only by the gateway that published it, so that the sum over all
 * gateways is correct.
 */
@Singleton
public final class FeedbackMetrics {
    private final Counter up;
    private final Counter down;
    private final Counter neutral;

    FeedbackMetrics(MeterRegistry registry) {
        this.up = counter("up", registry);
        this.down = counter("down", registry);
        this.neutral = counter("neutral", registry);
    }

    void given(double rating) {
        if (rating == 0) {
            neutral.increment();
        } else {
            (rating > 0 ? up : down).increment();
        }
    }

    private static Counter counter(String rating, MeterRegistry registry) {
        return Counter.builder("lorafleet.feedback.given")
                .description("Published feedback samples; a repeated or changed vote counts again")
                .tag("rating", rating)
                .register(registry);
    }
}
