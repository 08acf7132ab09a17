// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Retries operations until the blob store works again. Meanwhile, the worker keeps the requests: other workers would
 * most likely encounter the same fault, and the requests would run out of attempts through no fault of their own. A
 * worker holds one request per slot, so it accepts no more requests while the blob store is failing.
 *
 * <p>If the store works for other requests, the fault may be in a blob of this request, for example, in an adapter file
 * that cannot be read. In that case, the operation fails after a timeout.
 */
final class StorageRetries {
    private static final Logger LOG = Logger.getLogger(StorageRetries.class);

    /** An operation that needs the blob store. It may run several times. */
    interface Operation<T> {
        T run() throws IOException;
    }

    /**
     * An operation that has failed.
     *
     * @param since time of its first failure, as in {@link System#nanoTime}
     */
    private record Failure(long since, String why) {}

    private final Duration interval;
    private final Duration timeout;
    private final Map<Operation<?>, Failure> failing = new ConcurrentHashMap<>();
    private volatile long lastWrite = System.nanoTime();

    /**
     * @param interval pause between two attempts
     * @param timeout time after which an operation fails if results of other requests have been stored meanwhile
     */
    StorageRetries(Duration interval, Duration timeout) {
        this.interval = interval;
        this.timeout = timeout;
    }

    /** Records that a result has been stored. */
    void written() {
        lastWrite = System.nanoTime();
    }

    /** @return why requests are waiting; null if none is waiting, or if results have been stored in the meantime */
    @Nullable
    String failure() {
        return failing.values().stream()
                .filter(failure -> !writtenSince(failure.since()))
                .map(Failure::why)
                .findFirst()
                .orElse(null);
    }

    private boolean writtenSince(long time) {
        return lastWrite - time > 0;
    }

    /**
     * Retries an operation until the blob store no longer fails.
     *
     * @throws CancellationException if the job is abandoned between two attempts
     * @throws IllegalStateException if the operation keeps failing until the timeout although the store works for other
     *     requests
     */
    <T> T repeat(String requestId, StopSignal stop, Operation<T> operation) {
        try {
            while (true) {
                try {
                    return operation.run();
                } catch (IOException | UncheckedIOException e) {
                    failed(requestId, operation, e);
                }
                pause(stop);
            }
        } finally {
            failing.remove(operation);
        }
    }

    private void failed(String requestId, Operation<?> operation, Exception e) {
        String why = String.valueOf(e.getMessage());
        Failure first = failing.get(operation);
        if (first == null) {
            failing.put(operation, new Failure(System.nanoTime(), why));
            LOG.warnf("Request %s is waiting for the blob store: %s", requestId, why);
        } else if (writtenSince(first.since()) && System.nanoTime() - first.since() > timeout.toNanos()) {
            throw new IllegalStateException("the blob store is failing for this request only: " + why, e);
        }
    }

    private void pause(StopSignal stop) {
        try {
            if (stop.awaitAbandoned(interval)) {
                throw new CancellationException("abandoned while the blob store was failing");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while the blob store was failing");
        }
    }
}
