// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.bench.FleetHttp.Submission;
import io.lorafleet.standalone.bench.RequestOutcome.Failed;
import io.lorafleet.standalone.bench.RequestOutcome.Served;
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

/** Sends a workload, each request at its time, and waits until the last has ended. */
public final class LoadGenerator {
    /** HTTP's "service unavailable": the gateway knows of no worker yet. */
    private static final int NO_WORKER = 503;

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final FleetHttp fleet;
    private final InstantSource clock;
    private final Duration patience;

    /**
     * What happened.
     *
     * @param outcomes in the order of the workload
     * @param latest how much later than it was due a request was sent, at worst
     */
    public record Run(List<RequestOutcome> outcomes, Duration latest) {
        /** @return what was sent, with what the gateway chose, so that another server can be asked the same */
        public List<TracedRequest> requests() {
            return outcomes.stream().map(RequestOutcome::request).toList();
        }
    }

    /** @param patience after the last request was sent */
    public LoadGenerator(FleetHttp fleet, InstantSource clock, Duration patience) {
        this.fleet = fleet;
        this.clock = clock;
        this.patience = patience;
    }

    /**
     * Has the fleet draw as many images without adapters, all at once, so that code is compiled and memory is there.
     * Waits for a worker if there is none yet.
     *
     * @throws BenchException if the fleet cannot draw what the workload asks for
     */
    public void warmUp(Workload workload, int requests) throws InterruptedException {
        List<TracedRequest> all = workload.requests();
        List<TracedRequest> atOnce = IntStream.range(0, requests)
                .mapToObj(i -> all.get(i % all.size()).plain())
                .toList();
        Instant limit = clock.instant().plus(patience);
        while (!atOnce.isEmpty()) {
            List<Failed> failed = run(new Workload(atOnce, 0), sent -> {}).outcomes().stream()
                    .filter(Failed.class::isInstance)
                    .map(Failed.class::cast)
                    .toList();
            if (failed.isEmpty()) {
                return;
            }
            if (!failed.get(0).noWorker() || clock.instant().isAfter(limit)) {
                throw new BenchException("before the measurement: expected images, found "
                        + failed.get(0).reason());
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }

    /** @param progress told after each how many were sent */
    public Run run(Workload workload, IntConsumer progress) throws InterruptedException {
        Instant start = clock.instant();
        ArrivalControl arrivals = workload.inFlight() == 0
                ? new ArrivalControl.Open(start, clock)
                : new ArrivalControl.Closed(new Semaphore(workload.inFlight()), patience, clock);
        List<CompletableFuture<RequestOutcome>> outcomes = new ArrayList<>();
        Duration latest = Duration.ZERO;
        Instant lastSent = start;
        try (CompletionPoller ends = new CompletionPoller(fleet)) {
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
            await(outcomes, lastSent.plus(patience));
        }
        return new Run(outcomes(workload, outcomes), latest);
    }

    private CompletableFuture<RequestOutcome> serve(TracedRequest request, Instant due, CompletionPoller ends) {
        return fleet.submit(request)
                .thenCompose(submission -> {
                    if (submission instanceof Submission.Accepted accepted) {
                        return ends.of(accepted.id()).thenApply(state -> outcome(request, due, state));
                    }
                    Submission.Refused refused = (Submission.Refused) submission;
                    return CompletableFuture.completedFuture(
                            new Failed(request, "refused: " + refused.reason(), refused.status() == NO_WORKER));
                })
                .exceptionally(problem -> new Failed(request, "lost: " + describe(problem), false));
    }

    private static RequestOutcome outcome(TracedRequest request, Instant due, GenerationState state) {
        TracedRequest resolved = state.resolve(request);
        return state.succeeded() ? new Served(resolved, due, state) : new Failed(resolved, state.reason(), false);
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
                            ? sent.get(i).getNow(new Failed(request, "unfinished " + afterPatience(), false))
                            : new Failed(request, "not sent, because none had ended " + afterPatience(), false));
        }
        return outcomes;
    }

    private String afterPatience() {
        return patience.toSeconds() + " s after the last was sent";
    }

    private static String describe(Throwable problem) {
        Throwable cause =
                problem instanceof CompletionException && problem.getCause() != null ? problem.getCause() : problem;
        return cause instanceof BenchException ? String.valueOf(cause.getMessage()) : cause.toString();
    }
}
