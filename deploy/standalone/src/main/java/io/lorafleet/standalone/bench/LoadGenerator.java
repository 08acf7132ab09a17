// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.bench.RequestOutcome.Failed;
import io.lorafleet.standalone.bench.RequestOutcome.Served;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.GenerationStatus;
import io.lorafleet.standalone.client.RequestRejectedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Sends a workload's requests on schedule and waits until all of them have finished. */
public final class LoadGenerator {
    /** HTTP status "service unavailable": no worker has loaded a model. */
    private static final int NO_WORKER = 503;

    private static final Duration RETRY_INTERVAL = Duration.ofMillis(500);

    private final GatewayClient gateway;
    private final InstantSource clock;
    private final Duration timeout;

    /**
     * The outcome of a workload.
     *
     * @param outcomes the outcomes, in the order of the workload's requests
     * @param latest the maximum delay between a request's scheduled time and the time at which it was sent
     */
    public record Run(List<RequestOutcome> outcomes, Duration latest) {
        /** @return the requests with the values that the gateway chose, for use with another server */
        public List<TracedRequest> requests() {
            return outcomes.stream().map(RequestOutcome::request).toList();
        }
    }

    /** @param timeout maximum time to wait after the last request was sent */
    public LoadGenerator(GatewayClient gateway, InstantSource clock, Duration timeout) {
        this.gateway = gateway;
        this.clock = clock;
        this.timeout = timeout;
    }

    /**
     * Sends requests without adapters, all at once, so that code is compiled and memory is allocated. Waits until a
     * worker is ready.
     *
     * @throws FleetException if a request fails
     */
    public void warmUp(Workload workload, int requests) throws InterruptedException {
        List<TracedRequest> all = workload.requests();
        List<TracedRequest> atOnce = IntStream.range(0, requests)
                .mapToObj(i -> all.get(i % all.size()).plain())
                .toList();
        Instant limit = clock.instant().plus(timeout);
        while (!atOnce.isEmpty()) {
            List<Failed> failed = run(new Workload(atOnce, 0), sent -> {}).outcomes().stream()
                    .filter(Failed.class::isInstance)
                    .map(Failed.class::cast)
                    .toList();
            if (failed.isEmpty()) {
                return;
            }
            if (!failed.get(0).noWorker() || clock.instant().isAfter(limit)) {
                throw new FleetException("the warm-up failed: " + failed.get(0).reason());
            }
            Thread.sleep(RETRY_INTERVAL.toMillis());
        }
    }

    /** @param progress receives the number of requests sent */
    public Run run(Workload workload, IntConsumer progress) throws InterruptedException {
        Instant start = clock.instant();
        ArrivalControl arrivals = workload.inFlight() == 0
                ? new ArrivalControl.Open(start, clock)
                : new ArrivalControl.Closed(new Semaphore(workload.inFlight()), timeout, clock);
        List<CompletableFuture<RequestOutcome>> outcomes = new ArrayList<>();
        Duration latest = Duration.ZERO;
        Instant lastSent = start;
        try (CompletionPoller ends = new CompletionPoller(gateway)) {
            for (TracedRequest request : workload.requests()) {
                Optional<Instant> due = arrivals.awaitTurn(request);
                if (due.isEmpty()) {
                    break;
                }
                lastSent = clock.instant();
                Duration late = Duration.between(due.get(), lastSent);
                latest = late.compareTo(latest) > 0 ? late : latest;
                TracedRequest traced = request.withOffset(Duration.between(start, due.get()));
                outcomes.add(serve(traced, due.get(), ends).whenComplete((outcome, problem) -> arrivals.ended()));
                progress.accept(outcomes.size());
            }
            await(outcomes, lastSent.plus(timeout));
        }
        return new Run(outcomes(workload, outcomes), latest);
    }

    private CompletableFuture<RequestOutcome> serve(TracedRequest request, Instant due, CompletionPoller ends) {
        return gateway.submit(request.body())
                .handle((accepted, problem) -> problem == null
                        ? ends.of(accepted.id()).thenApply(status -> outcome(request, due, status))
                        : CompletableFuture.completedFuture(notAccepted(request, cause(problem))))
                .thenCompose(outcome -> outcome)
                .exceptionally(problem -> lost(request, cause(problem)));
    }

    private static RequestOutcome outcome(TracedRequest request, Instant due, GenerationStatus status) {
        TracedRequest resolved = request.resolved(status);
        return status.isSucceeded() ? new Served(resolved, due, status) : new Failed(resolved, reason(status), false);
    }

    private static RequestOutcome notAccepted(TracedRequest request, Throwable problem) {
        return problem instanceof RequestRejectedException rejected
                ? new Failed(request, "rejected: " + describe(rejected), rejected.status() == NO_WORKER)
                : lost(request, problem);
    }

    private static RequestOutcome lost(TracedRequest request, Throwable problem) {
        return new Failed(request, "lost: " + describe(problem), false);
    }

    /** @return why a generation has no images, in a few words */
    static String reason(GenerationStatus status) {
        return status.failure() == null
                ? TraceFile.text(status.status())
                : status.failure().reason();
    }

    private void await(List<CompletableFuture<RequestOutcome>> outcomes, Instant limit) {
        long left = Math.max(0, Duration.between(clock.instant(), limit).toMillis());
        CompletableFuture.allOf(outcomes.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, left, TimeUnit.MILLISECONDS)
                .join();
    }

    private List<RequestOutcome> outcomes(Workload workload, List<CompletableFuture<RequestOutcome>> sent) {
        List<RequestOutcome> outcomes = new ArrayList<>();
        for (TracedRequest request : workload.requests()) {
            int i = outcomes.size();
            outcomes.add(
                    i < sent.size()
                            ? sent.get(i).getNow(new Failed(request, "unfinished " + afterTimeout(), false))
                            : new Failed(
                                    request,
                                    "not sent: no request finished within " + timeout.toSeconds() + " s",
                                    false));
        }
        return outcomes;
    }

    private String afterTimeout() {
        return timeout.toSeconds() + " s after the last request was sent";
    }

    private static Throwable cause(Throwable problem) {
        return problem instanceof CompletionException && problem.getCause() != null ? problem.getCause() : problem;
    }

    private static String describe(Throwable problem) {
        if (problem instanceof RequestRejectedException rejected) {
            return "HTTP " + rejected.status() + " " + rejected.getMessage();
        }
        return problem instanceof FleetException ? String.valueOf(problem.getMessage()) : problem.toString();
    }
}
