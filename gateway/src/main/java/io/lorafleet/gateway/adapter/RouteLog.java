// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Writes route changes, and waits until it has read them back, because only the topic shows which of two changes to a
 * route came first. It also folds the records of the topic into the registry.
 */
@Singleton
public final class RouteLog {
    /**
     * Longer than a trainer's transaction usually takes, because Kafka withholds the records that follow a transaction
     * until the transaction ends.
     */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final AdapterRegistry registry;
    private final AdapterLog log;
    private final Duration timeout;
    /** The route changes that have been written but not yet read back, and whether each of them applies. */
    private final Map<AdapterEvent, CompletableFuture<Boolean>> written = new ConcurrentHashMap<>();

    @Inject
    public RouteLog(AdapterRegistry registry, AdapterLog log) {
        this(registry, log, TIMEOUT);
    }

    /** @param timeout how long to wait for a record to be read back */
    RouteLog(AdapterRegistry registry, AdapterLog log, Duration timeout) {
        this.registry = registry;
        this.log = log;
        this.timeout = timeout;
    }

    /**
     * Writes a route change.
     *
     * @return whether the change took effect; false if another change to the route came first
     * @throws NotPublishedException if the broker does not acknowledge the record, or the record is not read back in
     *     time; the change may still take effect later
     */
    boolean write(AdapterEvent change) {
        CompletableFuture<Boolean> applies = new CompletableFuture<>();
        written.put(change, applies);
        try {
            log.write(change);
            return applies.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new NotPublishedException("adapters", change.adapter(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotPublishedException("adapters", change.adapter(), e);
        } finally {
            written.remove(change, applies);
        }
    }

    /**
     * Applies the next record of the topic.
     *
     * @return false if the record is a route change that does not take effect
     */
    public boolean read(AdapterEvent event) {
        boolean applies = registry.apply(event);
        CompletableFuture<Boolean> waiting = written.get(event);
        if (waiting != null) {
            waiting.complete(applies);
        }
        return applies;
    }

    /**
     * Publishes the current route of an adapter again, after a change to the route that did not take effect. Compaction
     * keeps only an adapter's last record, and would otherwise delete the current route.
     */
    public void restore(String adapter) {
        log.write(registry.restoration(adapter));
    }
}
