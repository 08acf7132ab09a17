// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.GenerationStatus;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Polls the gateway until all generations have finished. The polling interval does not affect the measured latencies,
 * because the gateway returns the time at which a generation finished.
 */
final class CompletionPoller implements AutoCloseable {
    /**
     * This is short compared with the time needed to generate an image, so that a closed loop sends the next request
     * before a worker becomes idle.
     */
    private static final int MIN_INTERVAL_MILLIS = 100;
    /** Polling interval per generation in flight. It limits polling to about 300 requests per second. */
    private static final int INTERVAL_MILLIS_EACH = 3;

    private final GatewayClient gateway;
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean closed;

    CompletionPoller(GatewayClient gateway) {
        this.gateway = gateway;
    }

    /** @return the finished generation; fails if the gateway has no such generation */
    CompletableFuture<GenerationStatus> of(String id) {
        CompletableFuture<GenerationStatus> end = new CompletableFuture<>();
        inFlight.incrementAndGet();
        poll(id, end);
        return end.whenComplete((state, problem) -> inFlight.decrementAndGet());
    }

    private void poll(String id, CompletableFuture<GenerationStatus> end) {
        gateway.generationAsync(id).whenComplete((state, problem) -> {
            if (problem == null && state.isFinished()) {
                end.complete(state);
            } else if (problem != null && !isUnanswered(problem)) {
                end.completeExceptionally(problem);
            } else if (!closed) {
                int interval = Math.max(MIN_INTERVAL_MILLIS, INTERVAL_MILLIS_EACH * inFlight.get());
                // Sending does not block, so the timer thread can do it.
                CompletableFuture.delayedExecutor(interval, TimeUnit.MILLISECONDS, Runnable::run)
                        .execute(() -> poll(id, end));
            }
        });
    }

    /** @return whether no gateway responded, in which case a retry may succeed */
    private static boolean isUnanswered(Throwable problem) {
        return (problem instanceof CompletionException ? problem.getCause() : problem) instanceof IOException;
    }

    /** Stops polling. */
    @Override
    public void close() {
        closed = true;
    }
}
