// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import io.lorafleet.messages.PoolName;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.generation.GenerationSucceeded;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The unfinished work of each pool, and the recent rate of its workers. All costs have the same unit as {@code
 * GenerateImage.cost}.
 */
public final class Backlog {
    private final Clock clock;
    private final Map<String, PoolBacklog> pools = new TreeMap<>();
    /** Unfinished requests by owner; owners without unfinished requests have no entry. */
    private final Map<String, Waiting> byOwner = new HashMap<>();

    private Waiting all = Waiting.NOTHING;
    private Consumer<String> onPool = pool -> {};

    /**
     * Unfinished requests.
     *
     * @param requests number of requests
     * @param cost total cost of the requests
     */
    public record Waiting(int requests, long cost) {
        static final Waiting NOTHING = new Waiting(0, 0);

        Waiting plus(Waiting more) {
            return new Waiting(requests + more.requests, cost + more.cost);
        }
    }

    /**
     * Requests that no worker has started to process.
     *
     * @param requests number of requests
     * @param cost total cost of the requests
     * @param oldest time since the oldest of them was accepted; zero if there is none
     */
    record Queue(int requests, long cost, Duration oldest) {}

    public Backlog(Clock clock) {
        this.clock = clock;
        addPool(PoolName.DEFAULT);
    }

    /** Adds a pool, unless it is already known. A pool also becomes known when its first request is counted. */
    public synchronized void addPool(String pool) {
        of(pool);
    }

    private PoolBacklog of(String pool) {
        PoolBacklog known = pools.get(pool);
        if (known == null) {
            known = new PoolBacklog();
            pools.put(pool, known);
            onPool.accept(pool);
        }
        return known;
    }

    /** @param listener called with each known pool, and later with each new pool; must not block */
    synchronized void onPool(Consumer<String> listener) {
        onPool = listener;
        pools.keySet().forEach(listener);
    }

    /**
     * Records a change to a generation: {@code before} is null if it is new, and {@code after} is null if it has been
     * forgotten.
     */
    public synchronized void changed(@Nullable Generation before, @Nullable Generation after) {
        add(before, -1);
        add(after, 1);
        Instant now = clock.instant();
        Stream.of(before, after)
                .filter(each -> each != null && each.request() != null)
                .map(each -> of(each.request().poolName()))
                .distinct()
                .forEach(pool -> pool.worked(workBetween(before, after), now));
    }

    /** @return the cost of the steps that were completed between two states of a generation */
    private static long workBetween(@Nullable Generation before, @Nullable Generation after) {
        if (before == null
                || after == null
                || (after.isFinished() && !(after.finished() instanceof GenerationSucceeded))) {
            return 0;
        }
        return Math.round(Math.max(0, before.remainingCost() - after.remainingCost()));
    }

    /** @param sign 1 to add the generation, -1 to remove it */
    private void add(@Nullable Generation generation, int sign) {
        long cost = sign * waiting(generation);
        if (generation == null || generation.request() == null || cost == 0) {
            return;
        }
        PoolBacklog pool = of(generation.request().poolName());
        if (generation.status() == Generation.Status.QUEUED) {
            pool.addNotStarted(generation.request(), sign);
        } else {
            pool.addRunning(sign);
        }
        Waiting change = new Waiting(sign, cost);
        pool.add(change);
        all = all.plus(change);
        String owner = generation.request().owner();
        if (owner != null) {
            Waiting now = waitingOf(owner).plus(change);
            if (now.equals(Waiting.NOTHING)) {
                byOwner.remove(owner);
            } else {
                byOwner.put(owner, now);
            }
        }
    }

    private static long waiting(@Nullable Generation generation) {
        return generation == null || generation.isFinished() ? 0 : cost(generation);
    }

    private static long cost(Generation generation) {
        return generation.request() == null ? 0 : generation.request().cost();
    }

    /** @return the number and the total cost of all unfinished requests */
    public synchronized Waiting waiting() {
        return all;
    }

    /** @return the number and the total cost of a pool's unfinished requests */
    public synchronized Waiting waiting(String pool) {
        return of(pool).waiting();
    }

    /** @return the number and the total cost of one owner's unfinished requests */
    public synchronized Waiting waitingOf(String owner) {
        return byOwner.getOrDefault(owner, Waiting.NOTHING);
    }

    /** @return the requests of this pool and priority that no worker has started to process */
    public synchronized Queue queue(String pool, Priority priority) {
        return of(pool).queue(priority, clock.instant());
    }

    /** @return the rate at which a pool recently completed work, in cost per second; null if it is unknown */
    synchronized @Nullable Double costPerSecond(String pool) {
        return of(pool).costPerSecond(clock.instant());
    }

    /**
     * Starts to measure the rates of the pools again. While a gateway catches up, it reads the progress of hours in
     * seconds.
     */
    public synchronized void restartRates() {
        pools.values().forEach(pool -> pool.restartRate(clock.instant()));
    }

    /** @return the estimated time that a pool needs to process work of this cost at its recent throughput */
    public synchronized Duration timeFor(String pool, long cost) {
        return of(pool).timeFor(cost, clock.instant());
    }

    /** @return the estimated time until all pools have processed their unfinished requests */
    synchronized Duration clearsIn() {
        Instant now = clock.instant();
        return pools.values().stream()
                .map(pool -> pool.timeFor(pool.waiting().cost(), now))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }
}
