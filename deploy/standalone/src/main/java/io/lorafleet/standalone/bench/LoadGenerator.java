package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.bench.FleetHttp.Submission;
import io.lorafleet.standalone.bench.Followers.End;
import io.lorafleet.standalone.bench.Outcome.Failed;
import io.lorafleet.standalone.bench.Outcome.Served;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/** Sends a workload, each request at its time, and waits until the last has ended. */
public final class LoadGenerator {
    /** HTTP's "service unavailable": the gateway knows of no worker yet. */
    private static final int NO_WORKER = 503;

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final FleetHttp fleet;
    private final InstantSource clock;
    private final int streams;
    private final Duration patience;

    /**
     * What happened.
     *
     * @param outcomes in the order of the workload
     * @param latest how much later than it was due a request was sent, at worst
     */
    public record Run(List<Outcome> outcomes, Duration latest) {
        /** @return what was sent, with what the gateway chose, so that another server can be asked the same */
        public List<TracedRequest> requests() {
            return outcomes.stream().map(Outcome::request).toList();
        }
    }

    /**
     * @param streams by which requests are followed at once
     * @param patience after the last request was sent
     */
    public LoadGenerator(FleetHttp fleet, InstantSource clock, int streams, Duration patience) {
        this.fleet = fleet;
        this.clock = clock;
        this.streams = streams;
        this.patience = patience;
    }

    /**
     * Has the fleet draw as many pictures without adapters, all at once, so that code is compiled and memory is there.
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
            List<Failed> failed = run(new Workload(atOnce, 0)).outcomes().stream()
                    .filter(Failed.class::isInstance)
                    .map(Failed.class::cast)
                    .toList();
            if (failed.isEmpty()) {
                return;
            }
            if (!failed.get(0).noWorker() || clock.instant().isAfter(limit)) {
                throw new BenchException("before the measurement: expected pictures, found "
                        + failed.get(0).reason());
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }

    public Run run(Workload workload) throws InterruptedException {
        Instant start = clock.instant();
        Pace pace = workload.inFlight() == 0
                ? new Pace.Open(start, clock)
                : new Pace.Closed(new Semaphore(workload.inFlight()), clock);
        // A closed loop must hear of every end at once.
        Followers followers = new Followers(fleet, clock, Math.max(streams, workload.inFlight()));
        List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
        Duration latest = Duration.ZERO;
        for (TracedRequest request : workload.requests()) {
            Instant due = pace.awaitTurn(request);
            Instant sent = clock.instant();
            Duration late = Duration.between(due, sent);
            latest = late.compareTo(latest) > 0 ? late : latest;
            TracedRequest traced = request.withOffset(Duration.between(start, due));
            outcomes.add(serve(traced, due, followers, new Turn(pace, new AtomicBoolean())));
        }
        return new Run(await(workload, outcomes, followers), latest);
    }

    /** A request's place among those under way, given back once. */
    private record Turn(Pace pace, AtomicBoolean over) {
        void end() {
            if (over.compareAndSet(false, true)) {
                pace.ended();
            }
        }
    }

    private CompletableFuture<Outcome> serve(TracedRequest request, Instant due, Followers followers, Turn turn) {
        return fleet.submit(request)
                .thenCompose(submission -> {
                    if (submission instanceof Submission.Accepted accepted) {
                        String id = accepted.state().id();
                        return followers
                                .follow(id)
                                .whenComplete((end, problem) -> turn.end())
                                .thenCompose(end -> outcome(request, due, id, end));
                    }
                    Submission.Refused refused = (Submission.Refused) submission;
                    return CompletableFuture.completedFuture(
                            new Failed(request, "refused: " + refused.reason(), refused.status() == NO_WORKER));
                })
                .exceptionally(problem -> new Failed(request, "lost: " + describe(problem), false))
                .whenComplete((outcome, problem) -> turn.end());
    }

    private CompletableFuture<Outcome> outcome(TracedRequest request, Instant due, String id, End end) {
        return fleet.state(id).thenApply(state -> {
            TracedRequest resolved = state.resolve(request);
            if (!state.succeeded()) {
                return new Failed(resolved, state.reason(), false);
            }
            return state.finishedAt() == null
                    ? new Served(resolved, due, end.seen(), end.late(), state)
                    : new Served(resolved, due, state.finishedAt(), false, state);
        });
    }

    private List<Outcome> await(Workload workload, List<CompletableFuture<Outcome>> running, Followers followers)
            throws InterruptedException {
        CompletableFuture<Void> all = CompletableFuture.allOf(running.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, patience.toSeconds(), TimeUnit.SECONDS);
        all.join();
        followers.giveUp();
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < running.size(); i++) {
            Failed unfinished = new Failed(
                    workload.requests().get(i),
                    "unfinished " + patience.toSeconds() + " s after the last was sent",
                    false);
            outcomes.add(running.get(i).getNow(unfinished));
        }
        return outcomes;
    }

    private static String describe(Throwable problem) {
        Throwable cause =
                problem instanceof CompletionException && problem.getCause() != null ? problem.getCause() : problem;
        return cause instanceof BenchException ? cause.getMessage() : cause.toString();
    }
}
