// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Waits for the ends of generations: asks the gateway for each, again and again. When one ended the gateway says, so it
 * does not matter for its latency when that is noticed.
 */
final class CompletionPoller implements AutoCloseable {
    /** Short beside an image, so that a closed loop has the next request there before a worker wants it. */
    private static final int LEAST_PAUSE_MILLIS = 100;
    /** For each that is under way, so that all together cost the machine no more than 300 answers a second. */
    private static final int PAUSE_MILLIS_EACH = 3;

    private final FleetHttp fleet;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean closed;

    CompletionPoller(FleetHttp fleet) {
        this.fleet = fleet;
    }

    /** @return the generation when it has ended; fails if the gateway does not know it */
    CompletableFuture<GenerationState> of(String id) {
        CompletableFuture<GenerationState> end = new CompletableFuture<>();
        underWay.incrementAndGet();
        ask(id, end);
        return end.whenComplete((state, problem) -> underWay.decrementAndGet());
    }

    private void ask(String id, CompletableFuture<GenerationState> end) {
        fleet.state(id).whenComplete((state, problem) -> {
            if (problem == null && state.isFinished()) {
                end.complete(state);
            } else if (problem != null && !isUnanswered(problem)) {
                end.completeExceptionally(problem);
            } else if (!closed) {
                int pause = Math.max(LEAST_PAUSE_MILLIS, PAUSE_MILLIS_EACH * underWay.get());
                // Sending does not wait, so the thread that keeps the time can do it.
                CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS, Runnable::run)
                        .execute(() -> ask(id, end));
            }
        });
    }

    /** @return whether the gateway is away: it may come back */
    private static boolean isUnanswered(Throwable problem) {
        return (problem instanceof CompletionException ? problem.getCause() : problem) instanceof IOException;
    }

    /** Asks no more. */
    @Override
    public void close() {
        closed = true;
    }
}
