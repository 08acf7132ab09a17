package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.bench.EventStream.Seen;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Waits for the ends of generations, on a bounded number of streams: the others wait for a stream, the first first.
 *
 * <p>A generation that ends before its turn is seen late. Where the gateway says when it ended that does not matter, and
 * otherwise {@link End#late} says so.
 */
final class Followers {
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final FleetHttp fleet;
    private final InstantSource clock;
    private final Executor afterPause = CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private int free;
    private volatile boolean givenUp;

    /**
     * A generation has ended.
     *
     * @param seen when that was noticed
     * @param late it may have ended long before
     */
    record End(Instant seen, boolean late) {}

    private record Waiting(String id, CompletableFuture<End> end) {}

    /** @param streams at once */
    Followers(FleetHttp fleet, InstantSource clock, int streams) {
        this.fleet = fleet;
        this.clock = clock;
        this.free = streams;
    }

    /** @return fails if the gateway does not know the generation any more */
    CompletableFuture<End> follow(String id) {
        Waiting next = new Waiting(id, new CompletableFuture<>());
        synchronized (this) {
            if (free == 0) {
                waiting.add(next);
                return next.end();
            }
            free--;
        }
        listen(next, false);
        return next.end();
    }

    /** Listens no further when a stream breaks. */
    void giveUp() {
        givenUp = true;
    }

    /** @param missed something of the generation may have been missed */
    private void listen(Waiting followed, boolean missed) {
        fleet.events(followed.id()).whenComplete((seen, problem) -> {
            if (problem == null && seen.finished() != null) {
                end(followed, seen, missed);
            } else if (!givenUp) {
                askAgain(followed);
            }
        });
    }

    /** The stream broke: perhaps because the generation is not there, or the gateway is not. */
    private void askAgain(Waiting followed) {
        fleet.state(followed.id()).whenComplete((state, problem) -> {
            if (problem == null && state.isFinished()) {
                end(followed, new Seen(clock.instant(), true), true);
            } else if (problem == null || cause(problem) instanceof IOException) {
                afterPause.execute(() -> listen(followed, true));
            } else {
                followed.end().completeExceptionally(cause(problem));
                startNext();
            }
        });
    }

    private void end(Waiting followed, Seen seen, boolean missed) {
        startNext();
        followed.end().complete(new End(seen.finished(), missed && seen.atOnce()));
    }

    private void startNext() {
        Waiting next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                free++;
                return;
            }
        }
        listen(next, true);
    }

    private static Throwable cause(Throwable problem) {
        return problem instanceof CompletionException && problem.getCause() != null ? problem.getCause() : problem;
    }
}
